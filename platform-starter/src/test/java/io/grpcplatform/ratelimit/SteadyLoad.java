package io.grpcplatform.ratelimit;

import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Callers of several servers who do not wait for each other: calls leave at a rate for each server,
 * whatever becomes of them. What could not leave because the machine was busy is not made up for.
 */
final class SteadyLoad implements AutoCloseable {

  private static final int TICK_MILLIS = 2;

  private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
  private final List<EchoServiceStub> stubs = new ArrayList<>();
  private final int[] perSecond;

  SteadyLoad(List<? extends Channel> servers, int... perSecond) {
    this.perSecond = perSecond.clone();
    servers.forEach(server -> stubs.add(EchoServiceGrpc.newStub(server)));
  }

  /** Sends for a time and returns how many calls each server answered with success. */
  long[] run(Duration length) throws Exception {
    LongAdder[] served = new LongAdder[perSecond.length];
    long[] sent = new long[perSecond.length];
    for (int i = 0; i < served.length; i++) {
      served[i] = new LongAdder();
    }
    Phaser open = new Phaser(1);
    CompletableFuture<Void> sentAll = new CompletableFuture<>();
    long start = System.nanoTime();
    ScheduledFuture<?> ticking =
        pace.scheduleAtFixedRate(
            () -> {
              long passed = Math.min(System.nanoTime() - start, length.toNanos());
              for (int i = 0; i < sent.length; i++) {
                long due = passed * perSecond[i] / 1_000_000_000L;
                for (sent[i] = Math.max(sent[i], due - perSecond[i] / 20); sent[i] < due; ) {
                  sent[i]++;
                  send(stubs.get(i), served[i], open);
                }
              }
              if (passed == length.toNanos()) {
                sentAll.complete(null);
              }
            },
            0,
            TICK_MILLIS,
            TimeUnit.MILLISECONDS);
    sentAll.get(length.toSeconds() + 30, TimeUnit.SECONDS);
    ticking.cancel(false);
    open.awaitAdvanceInterruptibly(open.arrive(), 30, TimeUnit.SECONDS);
    long[] sums = new long[served.length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = served[i].sum();
    }
    return sums;
  }

  private static void send(EchoServiceStub stub, LongAdder served, Phaser open) {
    open.register();
    stub.unary(
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
            served.increment();
            open.arriveAndDeregister();
          }
        });
  }

  @Override
  public void close() {
    pace.shutdownNow();
  }
}
