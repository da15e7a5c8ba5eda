package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A backend that says it is overloaded is spared by its callers, over loopback. */
final class ThrottlingTest {

  private final SplittableRandom random = new SplittableRandom(7);
  private final AtomicInteger offered = new AtomicInteger();
  private final AtomicInteger served = new AtomicInteger();
  private final BreakerBench bench = new BreakerBench("throttling.enabled", "true");
  private volatile int capacityPerSecond = Integer.MAX_VALUE;
  private volatile boolean platformsWord;
  private Loopback loopback;
  private EchoServiceBlockingStub stub;

  @BeforeEach
  void start() throws Exception {
    loopback = Loopback.serving(new Busy());
    stub = EchoServiceGrpc.newBlockingStub(loopback.channel(bench.stage));
  }

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  /** Serves so many calls of each second, and says of the others that it is overloaded. */
  private final class Busy extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      offered.incrementAndGet();
      if (served.get() < capacityPerSecond) {
        served.incrementAndGet();
        response.onNext(EchoResponse.getDefaultInstance());
        response.onCompleted();
      } else if (platformsWord) {
        Metadata trailers = new Refusal(Refusal.Reason.OVERLOADED, "busy", null).trailers();
        response.onError(Status.UNAVAILABLE.asException(trailers));
      } else {
        response.onError(Status.RESOURCE_EXHAUSTED.asException());
      }
    }
  }

  private @Nullable StatusRuntimeException call() {
    bench.chance = random.nextDouble();
    try {
      stub.unary(EchoRequest.getDefaultInstance());
      return null;
    } catch (StatusRuntimeException failed) {
      return failed;
    }
  }

  /** One second of calls at the bench's clock; returns how many of them reached the backend. */
  private int second(int calls) {
    served.set(0);
    int before = offered.get();
    for (int i = 0; i < calls; i++) {
      call();
    }
    bench.clock.advance(Duration.ofSeconds(1));
    return offered.get() - before;
  }

  @Test
  void anOverloadedBackendIsOfferedAboutTwiceWhatItTakes() {
    capacityPerSecond = 10;
    for (int warm = 0; warm < 15; warm++) {
      second(100);
    }

    int reached = 0;
    for (int measured = 0; measured < 10; measured++) {
      reached += second(100);
    }

    // 1000 calls, 100 of them accepted, K = 2.
    assertThat(reached).isBetween(150, 250);
    assertThat(bench.breaker().getState()).isEqualTo(State.CLOSED);
  }

  @Test
  void whenItIsOverNothingIsRefusedAnyMore() {
    platformsWord = true;
    capacityPerSecond = 0;
    for (int outage = 0; outage < 12; outage++) {
      second(100);
    }
    assertThat(second(100)).as("a tenth goes out").isBetween(2, 25);

    capacityPerSecond = Integer.MAX_VALUE;
    for (int recovery = 0; recovery < 20; recovery++) {
      second(100);
    }

    assertThat(second(100)).isEqualTo(100);
  }

  @Test
  void aRefusalHereSaysOverloadedAndCountsForNothing() {
    capacityPerSecond = 0;
    for (int i = 0; i < 50; i++) {
      call();
    }
    int reached = offered.get();

    StatusRuntimeException refused = null;
    while (refused == null || offered.get() > reached) {
      reached = offered.get();
      refused = call();
    }

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(Refusal.reasonOf(refused.getTrailers())).isEqualTo(Refusal.Reason.OVERLOADED);
    assertThat(refused.getStatus().getDescription())
        .isEqualTo(
            "The backend of payment:platform.test.v1.EchoService refused too many calls of the last"
                + " 10s as overloaded (platform.circuitbreaker.throttling)");
    assertThat(bench.breaker().getMetrics().getNumberOfBufferedCalls()).isZero();
  }

  @Test
  void onlyAClosedBreakersCallsAreThrottled() {
    capacityPerSecond = 0;
    second(100);
    bench.breaker().transitionToForcedOpenState();

    for (int i = 0; i < 20; i++) {
      assertThat(Refusal.reasonOf(call().getTrailers())).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
    }
  }

  @Test
  void failuresAloneThrottleNothing() {
    capacityPerSecond = 0;
    bench.change("throttling.enabled", "true", "outcomes.resource-exhausted", "failure");
    stub = EchoServiceGrpc.newBlockingStub(loopback.channel(bench.stage));
    bench.breaker().transitionToMetricsOnlyState();
    second(100);
    bench.breaker().transitionToClosedState();

    call();

    assertThat(offered).hasValue(101);
  }

  @Test
  void byDefaultNothingIsThrottled() {
    BreakerBench defaults = new BreakerBench();
    stub = EchoServiceGrpc.newBlockingStub(loopback.channel(defaults.stage));
    capacityPerSecond = 0;

    assertThat(second(200)).isEqualTo(200);
  }
}
