package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpcplatform.Loopback;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A backend that dies and comes back on the same port, with gRPC's own back-off in between. */
final class ComebackTest {

  private final BreakerBench bench = new BreakerBench();

  @Test
  void everyProbeFindsABackendThatCameBack() throws Exception {
    try (Loopback before = servingOnAPortOfItsOwn()) {
      // Given a breaker that opened because the backend was gone.
      ManagedChannel channel = before.channel(bench.stage);
      bench.backoffs.built("payment", channel);
      EchoServiceBlockingStub stub = EchoServiceGrpc.newBlockingStub(channel);
      assertThat(call(stub)).isEqualTo(Status.Code.OK);
      before.stop();
      while (bench.breaker().getState() == State.CLOSED) {
        assertThat(call(stub)).isEqualTo(Status.Code.UNAVAILABLE);
      }

      // When it is back before the open state ends.
      try (Loopback after = Loopback.serving(before.port(), new Backend())) {
        bench.clock.advance(Duration.ofSeconds(4));
        awaitReady(channel);
        bench.clock.advance(Duration.ofMillis(1_001));

        // Then the first probes, all three, succeed.
        assertThat(call(stub)).isEqualTo(Status.Code.OK);
        assertThat(call(stub)).isEqualTo(Status.Code.OK);
        assertThat(call(stub)).isEqualTo(Status.Code.OK);
        assertThat(bench.breaker().getState()).isEqualTo(State.CLOSED);
        channel.shutdownNow();
      }
    }
  }

  /** A port below those that a system gives out by itself, so that nobody gets it in between. */
  private static Loopback servingOnAPortOfItsOwn() throws IOException {
    for (int tries = 0; ; tries++) {
      try {
        return Loopback.serving(ThreadLocalRandom.current().nextInt(20_000, 30_000), new Backend());
      } catch (IOException taken) {
        if (tries == 20) {
          throw taken;
        }
      }
    }
  }

  private static Status.Code call(EchoServiceBlockingStub stub) {
    try {
      stub.unary(EchoRequest.getDefaultInstance());
      return Status.Code.OK;
    } catch (StatusRuntimeException failed) {
      return failed.getStatus().getCode();
    }
  }

  private static void awaitReady(ManagedChannel channel) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    ConnectivityState state = channel.getState(false);
    while (state != ConnectivityState.READY && System.nanoTime() < end) {
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      assertThat(changed.await(10, TimeUnit.SECONDS)).isTrue();
      state = channel.getState(false);
    }
  }
}
