package io.grpcplatform.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the meters say of an application on its way to stop. */
final class DrainMetersTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofSeconds(20);

  @Test
  void aDrainThatCutsCountsTheCutCalls() throws Exception {
    try (Instance instance = Instance.start()) {
      Meters meters = new Meters(instance);
      ManagedChannel channel =
          new Addresses(instance.address()).roundRobin().disableRetry().build();
      var held =
          EchoServiceGrpc.newFutureStub(channel)
              .unary(EchoRequest.newBuilder().setText(HeldEcho.HOLD).build());
      assertThat(instance.handler().held.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(meters.draining.value()).isZero();

      CompletableFuture<Void> stopped = instance.stop();
      instance.clock().awaitTask(GRACE, LIMIT);
      assertThat(meters.draining.value()).isEqualTo(1);
      assertThat(meters.took.count()).isZero();
      instance.clock().advance(GRACE);
      stopped.get(10, TimeUnit.SECONDS);

      assertThat(held).failsWithin(LIMIT);
      assertThat(meters.cut.count()).isEqualTo(1);
      assertThat(meters.took.count()).isEqualTo(1);
      assertThat(meters.took.totalTime(TimeUnit.SECONDS)).isEqualTo(20);
      instance.handler().release.countDown();
      channel.shutdownNow();
    }
  }

  @Test
  void aDrainWithoutCallsCutsNone() throws Exception {
    try (Instance instance = Instance.start()) {
      Meters meters = new Meters(instance);

      instance.stop().get(10, TimeUnit.SECONDS);

      assertThat(meters.cut.count()).isZero();
      assertThat(meters.took.count()).isEqualTo(1);
      assertThat(meters.draining.value()).isEqualTo(1);
    }
  }

  /** Found before the stop, since they outlive the registry. */
  private static final class Meters {
    final Gauge draining;
    final FunctionCounter cut;
    final FunctionTimer took;

    Meters(Instance instance) {
      MeterRegistry registry = instance.context.getBean(MeterRegistry.class);
      draining = registry.get("platform.lifecycle.draining").gauge();
      cut = registry.get("platform.lifecycle.drain.cut").functionCounter();
      took = registry.get("platform.lifecycle.drain").functionTimer();
    }
  }
}
