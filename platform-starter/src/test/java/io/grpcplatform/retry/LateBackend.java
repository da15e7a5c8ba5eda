package io.grpcplatform.retry;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers each attempt after a while, and a share of them after a long while, saying so. */
final class LateBackend implements Stock.Answer, AutoCloseable {

  /** What a late answer says. */
  static final String LATE = "late";

  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
  private final Random random = new Random(20_260);
  private final AtomicInteger answers = new AtomicInteger();
  private final Duration usual;
  private final Duration slow;
  private final double slowShare;

  LateBackend(Duration usual, Duration slow, double slowShare) {
    this.usual = usual;
    this.slow = slow;
    this.slowShare = slowShare;
  }

  int arrivals() {
    return answers.get();
  }

  @Override
  public void to(EchoRequest request, StreamObserver<EchoResponse> response) {
    answers.incrementAndGet();
    Duration takes = takes();
    EchoRequest said = takes.equals(slow) ? request.toBuilder().setText(LATE).build() : request;
    var unused =
        timer.schedule(() -> answer(said, response), takes.toNanos(), TimeUnit.NANOSECONDS);
  }

  private synchronized Duration takes() {
    return random.nextDouble() < slowShare ? slow : usual;
  }

  private static void answer(EchoRequest request, StreamObserver<EchoResponse> response) {
    try {
      Answers.echo(request, response);
    } catch (IllegalStateException | StatusRuntimeException givenUp) {
      // The other attempt was faster, and the client took this one back.
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
