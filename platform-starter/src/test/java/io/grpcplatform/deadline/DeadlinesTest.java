package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a handler does with its deadline, on the Context of the thread that it runs on. */
final class DeadlinesTest {

  private static final Context.Key<String> TRACE = Context.key("trace");

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService pool = Executors.newSingleThreadExecutor();
  private final Deadline whole = Deadline.after(40, TimeUnit.SECONDS);
  private final CancellableContext caller =
      Context.ROOT.withValue(TRACE, "4bf9").withDeadline(whole, timer);

  @AfterEach
  void stop() {
    caller.cancel(null);
    timer.shutdownNow();
    pool.shutdownNow();
  }

  private static long seconds(Deadline deadline) {
    return Math.round(deadline.timeRemaining(TimeUnit.MILLISECONDS) / 1000.0);
  }

  private static Deadline current() {
    return Context.current().getDeadline();
  }

  @Test
  void withoutADeadlineNothingIsLeftToTell() {
    assertThat(Deadlines.remaining()).isEmpty();
    assertThat(Deadlines.split(1, 2)).isEmpty();
    assertThat(Deadlines.<Deadline, RuntimeException>split(1, 2, DeadlinesTest::current)).isNull();
  }

  @Test
  void whatIsLeftIsNeverNegative() throws Exception {
    Context late = Context.ROOT.withDeadlineAfter(-5, TimeUnit.SECONDS, timer);

    assertThat(late.call(Deadlines::remaining)).contains(Duration.ZERO);
    assertThat(caller.call(Deadlines::remaining).get())
        .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(40));
  }

  @Test
  void eachCallGetsAnEqualShareOfWhatIsLeft() throws Exception {
    assertThat(seconds(caller.call(() -> Deadlines.split(1, 4)).get())).isEqualTo(10);
    assertThat(seconds(caller.call(() -> Deadlines.split(3, 4)).get())).isEqualTo(20);
    assertThat(
            caller
                .call(() -> Deadlines.split(4, 4))
                .get()
                .isBefore(whole.offset(1, TimeUnit.NANOSECONDS)))
        .isTrue();
  }

  @Test
  void sharedWorkRunsUnderItsShareAlone() throws Exception {
    AtomicReference<Deadline> seen = new AtomicReference<>();

    caller.run(() -> Deadlines.split(1, 2, () -> seen.set(current())));
    String result = caller.call(() -> Deadlines.split(1, 2, () -> TRACE.get() + "!"));

    assertThat(seconds(seen.get())).isEqualTo(20);
    assertThat(result).isEqualTo("4bf9!");
    assertThat(caller.getDeadline()).isSameAs(whole);
  }

  @Test
  void aCheckedExceptionOfTheWorkComesThrough() {
    assertThatThrownBy(
            () ->
                Deadlines.within(
                    Duration.ofSeconds(1),
                    () -> {
                      throw new IOException("disk");
                    }))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aShareOfNoSuchCallIsAMistake() {
    assertThatThrownBy(() -> Deadlines.split(0, 3)).hasMessageContaining("call 0 of 3");
    assertThatThrownBy(() -> Deadlines.split(4, 3)).hasMessageContaining("call 4 of 3");
  }

  @Test
  void aShorterLimitHoldsAndALongerOneDoesNot() throws Exception {
    Deadline shorter =
        caller.call(() -> Deadlines.within(Duration.ofSeconds(3), DeadlinesTest::current));
    Deadline longer =
        caller.call(() -> Deadlines.within(Duration.ofDays(36_500), DeadlinesTest::current));

    assertThat(seconds(shorter)).isEqualTo(3);
    assertThat(longer).isEqualTo(whole);
  }

  @Test
  void limitedWorkIsCancelledWhenItReturns() throws Exception {
    AtomicReference<Context> inside = new AtomicReference<>();

    Deadlines.within(Duration.ofSeconds(9), () -> inside.set(Context.current()));

    assertThat(inside.get().isCancelled()).isTrue();
  }

  @Test
  void detachedWorkKeepsValuesAndNothingElse() throws Exception {
    AtomicReference<Context> inside = new AtomicReference<>();

    caller.run(() -> Deadlines.detached(() -> inside.set(Context.current())));
    caller.cancel(null);

    assertThat(inside.get().isCancelled()).isFalse();
    assertThat(inside.get().getDeadline()).isNull();
    assertThat(TRACE.get(inside.get())).isEqualTo("4bf9");
  }

  @Test
  void detachedWorkMayHaveALimitOfItsOwn() throws Exception {
    Context inside =
        caller.call(() -> Deadlines.detached(Duration.ofSeconds(90), Context::current));
    caller.cancel(null);

    assertThat(inside.isCancelled()).isFalse();
    assertThat(seconds(inside.getDeadline())).isEqualTo(90);
    assertThat(TRACE.get(inside)).isEqualTo("4bf9");
  }

  @Test
  void detachedWorkEndsWithItsOwnLimit() throws Exception {
    CompletableFuture<Boolean> over = new CompletableFuture<>();

    Deadlines.detached(
        Duration.ofMillis(20),
        () ->
            Context.current()
                .addListener(
                    context -> over.complete(context.getDeadline().isExpired()), Runnable::run));

    assertThat(over.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theThreadHasItsOwnContextAgainAfterwards() {
    Context before = Context.current();

    Deadlines.detached(() -> {});
    assertThatThrownBy(
            () ->
                Deadlines.within(
                    Duration.ofSeconds(1),
                    () -> {
                      throw new IllegalStateException("on purpose");
                    }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(Context.current()).isSameAs(before);
  }

  @Test
  void tasksOfAPropagatingPoolSeeTheirCallersContext() throws Exception {
    ExecutorService propagating = Deadlines.propagating(pool);
    Executor simple = Deadlines.propagating((Executor) pool);

    assertThat(
            caller.call(() -> propagating.submit(DeadlinesTest::current)).get(9, TimeUnit.SECONDS))
        .isSameAs(whole);
    CompletableFuture<Deadline> told =
        caller.call(() -> CompletableFuture.supplyAsync(DeadlinesTest::current, simple));
    assertThat(told.get(9, TimeUnit.SECONDS)).isSameAs(whole);
    assertThat(pool.submit(DeadlinesTest::current).get(9, TimeUnit.SECONDS)).isNull();
  }

  @Test
  void aPropagatingPoolIsShutDownAsItsPool() throws Exception {
    ExecutorService propagating = Deadlines.propagating(pool);

    propagating.shutdown();

    assertThat(propagating.awaitTermination(9, TimeUnit.SECONDS)).isTrue();
    assertThat(pool.isShutdown()).isTrue();
    assertThat(propagating.isTerminated()).isTrue();
    assertThat(propagating.shutdownNow()).isEmpty();
  }
}
