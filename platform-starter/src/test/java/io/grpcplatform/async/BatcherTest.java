package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpcplatform.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When batches go, what becomes of their items, and who ends them; on a clock of the test's. */
final class BatcherTest {

  private static final BatchLimits LIMITS = new BatchLimits(3, Duration.ofMillis(7), 2, 5);

  private final ManualClock clock = new ManualClock();
  private final List<Begun> begun = new ArrayList<>();

  /** A batch under way, which the test ends. */
  private record Begun(
      List<Integer> items, Context context, CompletableFuture<List<BatchResult<String>>> results) {

    void answer() {
      results.complete(items.stream().map(item -> BatchResult.of("answer " + item)).toList());
    }
  }

  private Batcher<Integer, String> batcher(BatchLimits limits) {
    return new Batcher<>(
        "numbers",
        limits,
        items -> {
          Begun batch = new Begun(items, Context.current(), new CompletableFuture<>());
          begun.add(batch);
          return batch.results();
        },
        Runnable::run,
        clock);
  }

  private static List<CompletableFuture<String>> submit(
      Batcher<Integer, String> batcher, int from, int to) {
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int item = from; item <= to; item++) {
      answers.add(batcher.submit(item));
    }
    return answers;
  }

  private static @Nullable Status status(CompletableFuture<?> failed) {
    try {
      failed.getNow(null);
      return null;
    } catch (RuntimeException wrapped) {
      return Status.fromThrowable(wrapped);
    }
  }

  private static Status.Code code(CompletableFuture<?> failed) {
    Status status = status(failed);
    return status == null ? Status.Code.OK : status.getCode();
  }

  @Test
  void aFullBatchGoesAtOnce() {
    Batcher<Integer, String> batcher = batcher(LIMITS);

    List<CompletableFuture<String>> answers = submit(batcher, 1, 3);
    begun.get(0).answer();

    assertThat(begun).extracting(Begun::items).containsExactly(List.of(1, 2, 3));
    assertThat(answers)
        .extracting(CompletableFuture::join)
        .containsExactly("answer 1", "answer 2", "answer 3");
  }

  @Test
  void whatWaitsGoesWhenItsTimeHasCome() {
    Batcher<Integer, String> batcher = batcher(LIMITS);
    submit(batcher, 1, 1);
    clock.advance(Duration.ofMillis(5));
    submit(batcher, 2, 2);

    clock.advance(Duration.ofNanos(1_999_999));
    assertThat(begun).isEmpty();
    clock.advance(Duration.ofNanos(1));

    assertThat(begun).extracting(Begun::items).containsExactly(List.of(1, 2));
    clock.advance(Duration.ofSeconds(1));
    assertThat(begun).hasSize(1);
    assertThat(clock.waiting()).isZero();
  }

  @Test
  void anItemAfterABatchHasItsOwnTime() {
    Batcher<Integer, String> batcher = batcher(LIMITS);
    submit(batcher, 1, 2);
    clock.advance(Duration.ofMillis(6));
    submit(batcher, 3, 4);

    clock.advance(Duration.ofNanos(6_999_999));
    assertThat(begun).extracting(Begun::items).containsExactly(List.of(1, 2, 3));
    clock.advance(Duration.ofNanos(1));

    assertThat(begun).extracting(Begun::items).containsExactly(List.of(1, 2, 3), List.of(4));
  }

  @Test
  void withoutDelayOnlyBusyBatchesLetItemsGather() {
    Batcher<Integer, String> batcher = batcher(LIMITS.withDelay(Duration.ZERO));
    submit(batcher, 1, 1);
    submit(batcher, 2, 2);
    submit(batcher, 3, 4);
    clock.advance(Duration.ofNanos(1));

    assertThat(begun).extracting(Begun::items).containsExactly(List.of(1), List.of(2));
    begun.get(1).answer();

    assertThat(begun)
        .extracting(Begun::items)
        .containsExactly(List.of(1), List.of(2), List.of(3, 4));
  }

  @Test
  void eachItemHasItsOwnAnswerOrFailure() {
    List<CompletableFuture<String>> answers = submit(batcher(LIMITS), 1, 3);

    begun
        .get(0)
        .results()
        .complete(
            List.of(
                BatchResult.of("one"),
                BatchResult.failed(Status.NOT_FOUND.withDescription("no two")),
                BatchResult.of("three")));

    assertThat(answers.get(0)).isCompletedWithValue("one");
    assertThat(status(answers.get(1)))
        .isNotNull()
        .satisfies(failed -> assertThat(failed.getCode()).isEqualTo(Status.Code.NOT_FOUND))
        .satisfies(failed -> assertThat(failed.getDescription()).isEqualTo("no two"));
    assertThat(answers.get(2)).isCompletedWithValue("three");
  }

  @Test
  void aBatchThatFailsFailsItsItemsAlone() {
    Batcher<Integer, String> batcher = batcher(LIMITS);
    List<CompletableFuture<String>> lost = submit(batcher, 1, 3);
    List<CompletableFuture<String>> kept = submit(batcher, 4, 6);

    begun.get(0).results().completeExceptionally(Status.UNAVAILABLE.asRuntimeException());
    begun.get(1).answer();

    assertThat(lost).allSatisfy(one -> assertThat(code(one)).isEqualTo(Status.Code.UNAVAILABLE));
    assertThat(kept).allSatisfy(one -> assertThat(one).isCompleted());
  }

  @Test
  void tooFewResultsFailTheWholeBatch() {
    List<CompletableFuture<String>> answers = submit(batcher(LIMITS), 1, 3);

    begun.get(0).results().complete(List.of(BatchResult.of("only")));

    assertThat(answers)
        .allSatisfy(
            one ->
                assertThat(status(one))
                    .hasToString(
                        Status.INTERNAL
                            .withDescription("Batcher numbers: 1 results for a batch of 3 items")
                            .toString()));
  }

  @Test
  void aBatchThatCannotBeginFailsItsItems() {
    Batcher<Integer, String> broken =
        new Batcher<>(
            "broken",
            LIMITS,
            items -> {
              throw new IllegalStateException("no channel");
            },
            Runnable::run,
            clock);

    List<CompletableFuture<String>> answers = submit(broken, 1, 9);

    assertThat(answers)
        .allSatisfy(one -> assertThat(one).isCompletedExceptionally())
        .allSatisfy(
            one ->
                assertThatThrownBy(() -> Calls.await(one))
                    .isInstanceOf(IllegalStateException.class));
  }

  @Test
  void noMoreBatchesThanAgreedAreUnderWay() {
    Batcher<Integer, String> batcher = batcher(LIMITS);
    submit(batcher, 1, 11);
    clock.advance(Duration.ofSeconds(1));
    assertThat(begun).hasSize(2);

    begun.get(1).answer();

    assertThat(begun).hasSize(3);
    assertThat(begun.get(2).items()).containsExactly(7, 8, 9);
    assertThat(batcher.waiting()).isEqualTo(2);
  }

  @Test
  void oneItemTooManyIsRefused() {
    Batcher<Integer, String> batcher = batcher(LIMITS);
    submit(batcher, 1, 6);
    submit(batcher, 7, 11);

    CompletableFuture<String> refused = batcher.submit(12);

    assertThat(status(refused))
        .hasToString(
            Status.RESOURCE_EXHAUSTED
                .withDescription(
                    "5 items wait already in batcher numbers, as many as may; 2 batches of 2 are"
                        + " under way")
                .toString());
    assertThat(batcher.waiting()).isEqualTo(5);
    assertThat(batcher.counts().refused().sum()).isEqualTo(1);
  }

  @Test
  void aBatchHasTheEarliestDeadlineOfItsItems() throws Exception {
    Batcher<Integer, String> batcher = batcher(LIMITS);
    Deadline late = Deadline.after(3, TimeUnit.HOURS);
    Deadline early = Deadline.after(1, TimeUnit.HOURS);
    within(late).call(() -> batcher.submit(1));
    within(early).call(() -> batcher.submit(2));
    submit(batcher, 3, 3);

    assertThat(begun.get(0).context().getDeadline()).isEqualTo(early);
  }

  private static Context within(Deadline deadline) {
    return Context.current().withDeadline(deadline, DeadlineTimer.shared());
  }

  @Test
  void anItemWaitsForHalfOfWhatItHasLeft() throws Exception {
    Batcher<Integer, String> batcher = batcher(LIMITS.withDelay(Duration.ofHours(9)));
    submit(batcher, 1, 1);
    within(Deadline.after(2, TimeUnit.HOURS)).call(() -> batcher.submit(2));

    clock.advance(Duration.ofMinutes(59));
    assertThat(begun).isEmpty();
    clock.advance(Duration.ofMinutes(1));

    assertThat(begun).extracting(Begun::items).containsExactly(List.of(1, 2));
  }

  @Test
  void itemsThatNobodyWaitsForAreNotSent() throws Exception {
    Batcher<Integer, String> batcher = batcher(LIMITS);
    Context.CancellableContext caller = Context.current().withCancellation();
    CompletableFuture<String> gone = caller.call(() -> batcher.submit(1));
    batcher.submit(2).cancel(true);
    submit(batcher, 3, 3);

    caller.cancel(null);
    clock.advance(LIMITS.delay());

    assertThat(code(gone)).isEqualTo(Status.Code.CANCELLED);
    assertThat(begun).extracting(Begun::items).containsExactly(List.of(3));
    assertThat(batcher.waiting()).isZero();
  }

  @Test
  void aBatchThatNobodyWaitsForIsCancelled() {
    List<CompletableFuture<String>> answers = submit(batcher(LIMITS), 1, 3);

    answers.get(0).cancel(true);
    answers.get(1).cancel(true);
    assertThat(begun.get(0).context().isCancelled()).isFalse();
    answers.get(2).cancel(true);

    assertThat(begun.get(0).context().isCancelled()).isTrue();
    assertThat(begun.get(0).results()).isCancelled();
  }

  @Test
  void aBatchHasTheValuesAndNotTheEndOfItsFirstCaller() throws Exception {
    Context.Key<String> who = Context.key("who");
    Batcher<Integer, String> batcher = batcher(LIMITS);
    Context.CancellableContext caller =
        Context.current().withValue(who, "first").withCancellation();
    caller.call(() -> batcher.submit(1));
    submit(batcher, 2, 3);

    caller.cancel(null);

    assertThat(who.get(begun.get(0).context())).isEqualTo("first");
    assertThat(begun.get(0).context().isCancelled()).isFalse();
  }

  @Test
  void aClosedBatcherSendsWhatWaitsAndTakesNoMore() {
    Batcher<Integer, String> batcher = batcher(LIMITS);
    submit(batcher, 1, 2);

    batcher.close();

    assertThat(begun).extracting(Begun::items).containsExactly(List.of(1, 2));
    assertThat(code(batcher.submit(3))).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void batchesThatEndAtOnceNeedNoStack() {
    AtomicInteger batches = new AtomicInteger();
    CompletableFuture<List<BatchResult<Integer>>> held = new CompletableFuture<>();
    Batcher<Integer, Integer> batcher =
        new Batcher<>(
            "synchronous",
            new BatchLimits(1, Duration.ZERO, 1, 100_000),
            items ->
                batches.getAndIncrement() == 0
                    ? held
                    : CompletableFuture.completedFuture(List.of(BatchResult.of(items.get(0)))),
            Runnable::run,
            clock);
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      answers.add(batcher.submit(i));
    }

    held.complete(List.of(BatchResult.of(0)));

    assertThat(answers).allSatisfy(one -> assertThat(one).isCompleted());
  }

  @Test
  void manyThreadsGetEachItsOwnAnswersOnce() throws Exception {
    int threads = 8;
    int each = 5_000;
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger carried = new AtomicInteger();
    ExecutorService callers = Executors.newFixedThreadPool(threads);
    ExecutorService backend = Executors.newFixedThreadPool(4);
    BatchCall<Integer, Integer> twice =
        items -> {
          most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
          return CompletableFuture.supplyAsync(
              () -> {
                carried.addAndGet(items.size());
                underWay.decrementAndGet();
                return items.stream().map(item -> BatchResult.of(2 * item)).toList();
              },
              backend);
        };
    AtomicInteger right = new AtomicInteger();
    CountDownLatch answered = new CountDownLatch(threads * each);
    BatchLimits limits = new BatchLimits(17, Duration.ofMillis(1), 3, threads * each);
    try (Batcher<Integer, Integer> batcher = Batcher.of("stress", limits, twice)) {
      for (int t = 0; t < threads; t++) {
        int first = t * each;
        callers.execute(
            () -> {
              for (int item = first; item < first + each; item++) {
                int own = item;
                var unused =
                    batcher
                        .submit(own)
                        .whenComplete(
                            (answer, failed) -> {
                              right.addAndGet(failed == null && answer == 2 * own ? 1 : 0);
                              answered.countDown();
                            });
              }
            });
      }
      assertThat(answered.await(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      callers.shutdownNow();
      backend.shutdownNow();
    }

    assertThat(right).hasValue(threads * each);
    assertThat(carried).hasValue(threads * each);
    assertThat(most.get()).isLessThanOrEqualTo(3);
  }

  @Test
  void limitsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> LIMITS.withItems(0)).hasMessage("items: 0 (expected: >= 1)");
    assertThatThrownBy(() -> LIMITS.withDelay(Duration.ofMillis(-1)))
        .hasMessage("delay: PT-0.001S (expected: >= 0s)");
    assertThatThrownBy(() -> LIMITS.withAtOnce(0)).hasMessage("at once: 0 (expected: >= 1)");
    assertThatThrownBy(() -> LIMITS.withWaiting(2))
        .hasMessage("waiting: 2 (expected: >= 3, the items of a batch)");
    assertThatThrownBy(() -> BatchResult.failed(Status.OK))
        .hasMessage("status: OK (expected: why the item failed)");
  }
}
