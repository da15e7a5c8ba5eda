package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.circuitbreaker.CircuitBreakers;
import io.grpcplatform.deadline.Deadlines;
import io.grpcplatform.error.Errors;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A session whose transport is cut again and again loses no message, applies none twice and keeps
 * their order. {@code -Dplatform.test.cuts=50} is for 100 000 messages; {@code
 * -Dplatform.test.seed} repeats a run.
 */
final class SessionSurvivalTest {

  private static final int CUTS = Integer.getInteger("platform.test.cuts", 8);
  private static final int MESSAGES = CUTS > 8 ? CUTS * 2000 : 5000;
  private static final int ANSWERS = Numbers.answersBefore(MESSAGES + 1);
  private static final long SEED =
      Long.getLong("platform.test.seed", new Random().nextInt(1_000_000));
  private static final long HEAP_GROWTH = 24L << 20;
  private static final long RESUMED_WITHIN_MILLIS = 2000;

  private final List<Long> heap = new ArrayList<>();
  private int mostUnacknowledged;

  @Test
  void noMessageIsLostOrAppliedTwice(@TempDir Path folder) throws Exception {
    System.out.println("seed " + SEED + ": " + MESSAGES + " messages, " + CUTS + " cuts");
    SessionCounts counts = new SessionCounts(System::nanoTime);
    CountingListener listener = new CountingListener(ANSWERS);
    try (ChildProcess database = ChildProcess.start(StoreApplication.class, folder.toString());
        AppliedStore store = new AppliedStore(StoreApplication.url(database.port()));
        Cuts cuts = new Cuts(StoreApplication.url(database.port()), listener)) {
      ManagedChannel channel = channel(cuts.port());
      ResumableStream<NumberedRequest, NumberedResponse> stream =
          TestedSessions.client(counts)
              .open(channel, NumberedServiceGrpc.getProcessMethod(), listener);

      CompletableFuture<Void> cutting = cutting(cuts);
      Acknowledgements acknowledged = new Acknowledgements();
      try {
        sendAll(stream, cuts, cutting, acknowledged);
        stream.complete().toCompletableFuture().get(60, TimeUnit.SECONDS);
        cutting.get(60, TimeUnit.SECONDS);
      } catch (Exception | AssertionError failed) {
        throw new AssertionError(
            "%s; live %s, unacknowledged %d, answers %s%n%s"
                .formatted(
                    failed,
                    stream.live(),
                    stream.unacknowledged(),
                    listener.verdict(),
                    cuts.story()),
            failed);
      } finally {
        channel.shutdownNow();
      }

      OnceInOrder applied = new OnceInOrder(MESSAGES);
      store.effects(applied);
      System.out.println("applied: " + applied.verdict());
      System.out.println("answers: " + listener.verdict());
      print(cuts, listener, counts, store);
      assertThat(applied.verdict()).isEqualTo(OnceInOrder.flawless(MESSAGES));
      assertThat(listener.verdict()).isEqualTo(OnceInOrder.flawless(ANSWERS));
      acknowledged.all.get(60, TimeUnit.SECONDS);
      assertThat(listener.ended().getCode()).isEqualTo(Status.Code.OK);
      assertThat(cuts.resumed().values().stream().mapToInt(List::size).sum()).isEqualTo(CUTS);
      assertThat(all(cuts)).allMatch(millis -> millis <= RESUMED_WITHIN_MILLIS);
      assertThat(mostUnacknowledged).isLessThanOrEqualTo(TestedSessions.LIMITS.messages());
      assertThat(Collections.max(heap) - heap.get(0)).isLessThan(HEAP_GROWTH);
    }
  }

  private static ManagedChannel channel(int port) {
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext();
    ClientPipeline.of(
            "numbers", List.of(Errors.client(), Deadlines.client(), CircuitBreakers.client()))
        .install(builder);
    return builder.build();
  }

  private static CompletableFuture<Void> cutting(Cuts cuts) {
    Random random = new Random(SEED);
    List<Cuts.Kind> kinds = Cuts.random(CUTS, random);
    // The last tenth is left for what waits for some progress.
    int[] points = random.ints(CUTS, 1, ANSWERS * 9 / 10).sorted().toArray();
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                cuts.cut(kinds, points);
                done.complete(null);
              } catch (Exception | Error failed) {
                done.completeExceptionally(failed);
              }
            },
            "cuts");
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  /** One for each message. */
  private static final class Acknowledgements {
    private final CompletableFuture<Void> all = new CompletableFuture<>();
    private final AtomicInteger missing = new AtomicInteger(MESSAGES);

    private void add(CompletionStage<Void> acknowledged) {
      acknowledged.whenComplete(
          (done, failure) -> {
            if (failure != null) {
              all.completeExceptionally(failure);
            } else if (missing.decrementAndGet() == 0) {
              all.complete(null);
            }
          });
    }
  }

  private void sendAll(
      ResumableStream<NumberedRequest, NumberedResponse> stream,
      Cuts cuts,
      CompletableFuture<Void> cutting,
      Acknowledgements acknowledged)
      throws Exception {
    for (int message = 1; message <= MESSAGES; message++) {
      cuts.awaitTurn(Numbers.answersBefore(message));
      NumberedRequest request = Numbers.request(message);
      CompletionStage<Void> sent = null;
      while (sent == null) {
        if (cutting.isCompletedExceptionally()) {
          cutting.get();
        }
        try {
          sent = stream.send(request);
        } catch (ReplayBufferFullException full) {
          stream.whenReady().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
      }
      acknowledged.add(sent);
      mostUnacknowledged = Math.max(mostUnacknowledged, stream.unacknowledged());
      if (message % (MESSAGES / 10) == 0) {
        heap.add(Heap.used());
      }
    }
  }

  private static List<Long> all(Cuts cuts) {
    return cuts.resumed().values().stream().flatMap(List::stream).sorted().toList();
  }

  private void print(Cuts cuts, CountingListener listener, SessionCounts counts, AppliedStore store)
      throws Exception {
    cuts.resumed()
        .forEach(
            (kind, millis) ->
                System.out.println(
                    "%-12s %2d times, resumed after ms %s".formatted(kind, millis.size(), millis)));
    List<Long> all = all(cuts);
    System.out.println(
        "resumed after ms: median %d, 95%% %d, longest %d"
            .formatted(
                all.get(all.size() / 2), all.get(all.size() * 95 / 100), all.get(all.size() - 1)));
    System.out.println("first new answer after ms " + cuts.answered());
    System.out.println("streams ended: " + listener.cuts());
    System.out.println("messages that came to a handler again: " + store.repeats());
    for (MethodSessions method : counts.methods()) {
      System.out.println(
          "client: "
              + Arrays.stream(MethodSessions.Count.values())
                  .map(count -> count + " " + method.count(count))
                  .toList()
              + Arrays.stream(SessionWatch.Resume.values())
                  .map(why -> why + " " + method.resumes(why))
                  .toList());
    }
    System.out.println(
        "most unacknowledged %d; heap MB at each tenth %s"
            .formatted(mostUnacknowledged, heap.stream().map(bytes -> bytes >> 20).toList()));
  }
}
