package io.grpcplatform.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpcplatform.DrainSignal.Phase;
import io.grpcplatform.Refusal.Reason;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One of two applications without a web server stops under load; the client is plain grpc-java. */
final class RollingStopTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final StreamProbe.End MOVED =
      new StreamProbe.End(Status.Code.UNAVAILABLE, Reason.DRAINING);

  private UnaryLoad load;

  @AfterEach
  void endTheLoad() {
    load.close();
  }

  /**
   * The registry forgets the instance during the drain delay, as Kubernetes does: then not even a
   * client without any retry, gRPC's own of unsent calls included, can hit the GOAWAY.
   */
  @Test
  void noUnaryCallFailsWithoutAnyRetry() throws Exception {
    try (Instance going = Instance.start("platform.server.shutdown.drain-delay=5150ms");
        Instance staying = Instance.start()) {
      Addresses registry = new Addresses(going.address(), staying.address());
      ManagedChannel balanced = registry.roundRobin().disableRetry().build();
      ManagedChannel direct = new Addresses(going.address()).roundRobin().disableRetry().build();
      load = new UnaryLoad(balanced, 4);
      load.awaitAnswers(500);
      ListenableFuture<EchoResponse> inFlight =
          EchoServiceGrpc.newFutureStub(direct)
              .unary(EchoRequest.newBuilder().setText(HeldEcho.HOLD).build());
      assertThat(going.handler().held.await(10, TimeUnit.SECONDS)).isTrue();
      StreamProbe moving = StreamProbe.open(direct).exchange("before");

      CompletableFuture<Void> stopped = going.stop();
      going.awaitPhase(Phase.ANNOUNCED);
      registry.leave(going.address());
      load.awaitAnswers(500);
      moving.exchange("still served");
      going.clock().awaitTask(Duration.ofMillis(5150), LIMIT);
      going.clock().advance(Duration.ofMillis(5150));
      going.clock().awaitTask(Duration.ofSeconds(20), LIMIT);
      going.clock().advance(Duration.ofSeconds(1));
      StreamProbe.End end = moving.end();
      going.handler().release.countDown();
      EchoResponse answer = inFlight.get(10, TimeUnit.SECONDS);
      stopped.get(10, TimeUnit.SECONDS);
      load.awaitAnswers(500);

      assertThat(load.stop()).isEmpty();
      assertThat(answer.getText()).isEqualTo(HeldEcho.HOLD);
      assertThat(end).isEqualTo(MOVED);
      balanced.shutdownNow();
      direct.shutdownNow();
    }
  }

  /**
   * The addresses are fixed, but the client watches the health service, as the announcement says.
   */
  @Test
  void healthWatchersLeaveDuringTheDelay() throws Exception {
    try (Instance going = Instance.start("platform.server.shutdown.drain-delay=5150ms");
        Instance staying = Instance.start()) {
      ManagedChannel balanced =
          new Addresses(going.address(), staying.address())
              .roundRobin()
              .disableRetry()
              .defaultServiceConfig(Map.of("healthCheckConfig", Map.of("serviceName", "")))
              .build();
      load = new UnaryLoad(balanced, 4);
      load.awaitAnswers(500);
      long before = going.handler().answered.get();

      CompletableFuture<Void> stopped = going.stop();
      going.awaitPhase(Phase.ANNOUNCED);
      long left = awaitSilence(going.handler());
      load.awaitAnswers(500);
      long after = going.handler().answered.get();
      going.clock().awaitTask(Duration.ofMillis(5150), LIMIT);
      going.clock().advance(Duration.ofMillis(5150));
      // The watch itself is a stream, which the drain ends; but its client may let go of it first,
      // at
      // the GOAWAY, and a stop that has nothing to wait for takes its timer back at once.
      Duration grace = Duration.ofSeconds(20);
      CompletableFuture<Void> over =
          stopped.thenRun(() -> going.clock().schedule(() -> {}, grace.toNanos()));
      going.clock().awaitTask(grace, LIMIT);
      going.clock().advance(Duration.ofSeconds(1));
      over.get(10, TimeUnit.SECONDS);
      load.awaitAnswers(500);

      assertThat(load.stop()).isEmpty();
      assertThat(before).isPositive();
      assertThat(after).isEqualTo(left);
      balanced.shutdownNow();
    }
  }

  /**
   * Until half a thousand answers have come from elsewhere; the news reaches a busy client late.
   */
  private long awaitSilence(HeldEcho handler) throws InterruptedException {
    for (int round = 0; round < 20; round++) {
      long before = handler.answered.get();
      load.awaitAnswers(500);
      if (handler.answered.get() == before) {
        return before;
      }
    }
    throw new AssertionError("The watcher still calls after 10,000 answers");
  }

  /** Nobody tells the client; gRPC itself sends a call again that met the GOAWAY before it left. */
  @Test
  void noUnaryCallFailsWhereAddressesAreFixed() throws Exception {
    try (Instance going = Instance.start();
        Instance staying = Instance.start()) {
      ManagedChannel balanced =
          new Addresses(going.address(), staying.address()).roundRobin().build();
      load = new UnaryLoad(balanced, 4);
      load.awaitAnswers(500);

      going.stop().get(10, TimeUnit.SECONDS);
      load.awaitAnswers(500);

      assertThat(load.stop()).isEmpty();
      balanced.shutdownNow();
    }
  }
}
