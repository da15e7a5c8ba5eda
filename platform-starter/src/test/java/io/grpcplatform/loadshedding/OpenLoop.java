package io.grpcplatform.loadshedding;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceFutureStub;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Callers who do not wait for each other: calls leave at a fixed rate, whatever becomes of them. Of
 * a hundred calls 5 are critical, 20 background, 15 sheddable, the rest brings no priority.
 */
final class OpenLoop implements AutoCloseable {

  static final Duration DEADLINE = Duration.ofMillis(1_050);

  private final ManagedChannel channel;
  private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
  private final EchoServiceStub[] stubs = new EchoServiceStub[Priority.values().length];
  private final SplittableRandom random = new SplittableRandom(20261104);

  /** What became of the calls of one run. */
  static final class Tally {
    final LongAdder[] sent = adders();
    final LongAdder[] served = adders();

    /** Served calls of the second half of those that were to be sent. */
    final LongAdder servedLate = new LongAdder();

    private static LongAdder[] adders() {
      LongAdder[] adders = new LongAdder[Priority.values().length];
      for (int i = 0; i < adders.length; i++) {
        adders[i] = new LongAdder();
      }
      return adders;
    }

    double servedShare(Priority priority) {
      return (double) served[priority.rank()].sum() / sent[priority.rank()].sum();
    }

    long sentInAll() {
      return Arrays.stream(sent).mapToLong(LongAdder::sum).sum();
    }

    long servedInAll() {
      return Arrays.stream(served).mapToLong(LongAdder::sum).sum();
    }
  }

  OpenLoop(int port) {
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .disableRetry()
            .directExecutor()
            .build();
    for (Priority priority : Priority.values()) {
      Metadata headers = new Metadata();
      if (priority != Priority.DEFAULT) {
        headers.put(PriorityClientInterceptor.HEADER, priority.word());
      }
      stubs[priority.rank()] =
          EchoServiceGrpc.newStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }
  }

  /** Connects, and serves one call per thread of the server, however long that takes. */
  void warmUp() throws Exception {
    EchoServiceFutureStub stub = EchoServiceGrpc.newFutureStub(channel);
    List<Future<EchoResponse>> calls = new ArrayList<>();
    for (int i = 0; i < FixedCapacity.THREADS; i++) {
      calls.add(stub.unary(EchoRequest.getDefaultInstance()));
    }
    for (Future<EchoResponse> call : calls) {
      call.get(30, TimeUnit.SECONDS);
    }
  }

  /**
   * Sends {@code perSecond} for a time and waits until every call has ended. What could not leave
   * in time because the machine was busy is not made up for, as that would be a burst.
   */
  Tally run(int perSecond, Duration length) throws Exception {
    return run(perSecond, length, perSecond / 50 + 1);
  }

  /** As {@link #run}, but what the machine could not send in time it sends as soon as it can. */
  Tally runAll(int perSecond, Duration length) throws Exception {
    return run(perSecond, length, Long.MAX_VALUE);
  }

  private Tally run(int perSecond, Duration length, long mostBehind) throws Exception {
    Tally tally = new Tally();
    Phaser open = new Phaser(1);
    CompletableFuture<Void> sentAll = new CompletableFuture<>();
    long start = System.nanoTime();
    long half = length.toNanos() * perSecond / 2_000_000_000L;
    long[] turn = {0};
    ScheduledFuture<?> ticking =
        pace.scheduleAtFixedRate(
            () -> {
              long passed = Math.min(System.nanoTime() - start, length.toNanos());
              long due = passed * perSecond / 1_000_000_000L;
              turn[0] = Math.max(turn[0], due - mostBehind);
              for (; turn[0] < due; turn[0]++) {
                send(tally, open, turn[0] >= half);
              }
              if (passed == length.toNanos()) {
                sentAll.complete(null);
              }
            },
            0,
            2,
            TimeUnit.MILLISECONDS);
    sentAll.get(length.toSeconds() + 30, TimeUnit.SECONDS);
    ticking.cancel(false);
    open.awaitAdvanceInterruptibly(open.arrive(), 30, TimeUnit.SECONDS);
    return tally;
  }

  private void send(Tally tally, Phaser open, boolean late) {
    Priority priority = draw();
    tally.sent[priority.rank()].increment();
    open.register();
    stubs[priority.rank()]
        .withDeadlineAfter(DEADLINE)
        .unary(
            EchoRequest.getDefaultInstance(),
            new StreamObserver<>() {
              @Override
              public void onNext(EchoResponse response) {}

              @Override
              public void onError(Throwable failed) {
                open.arriveAndDeregister();
              }

              @Override
              public void onCompleted() {
                tally.served[priority.rank()].increment();
                if (late) {
                  tally.servedLate.increment();
                }
                open.arriveAndDeregister();
              }
            });
  }

  private Priority draw() {
    int of100 = random.nextInt(100);
    if (of100 < 5) {
      return Priority.CRITICAL;
    }
    if (of100 < 25) {
      return Priority.BACKGROUND;
    }
    return of100 < 40 ? Priority.SHEDDABLE : Priority.DEFAULT;
  }

  @Override
  public void close() throws InterruptedException {
    pace.shutdownNow();
    channel.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
  }
}
