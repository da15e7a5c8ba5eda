package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.event.CircuitBreakerOnStateTransitionEvent;
import io.grpc.Status;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outages of minutes with the platform's own thresholds, on a clock that is moved by hand. */
final class OutageTest {

  private static final CallKey GET =
      new CallKey("payment", "platform.test.v1.EchoService", "Unary");

  private final BreakerBench bench = new BreakerBench(CircuitBreakers.defaults());
  private final BreakerGate gate = new BreakerGate(bench.breaker(), bench.clock.calls, () -> {});

  private void call(BooleanSupplier works) {
    try {
      Object permit = gate.admit();
      if (works.getAsBoolean()) {
        gate.success(permit, 0);
      } else {
        gate.failure(permit, 0, Status.Code.UNAVAILABLE);
      }
    } catch (Refusal refused) {
      assertThat(refused.reason()).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
    }
  }

  private void callsFor(Duration time, Duration pause, BooleanSupplier works) {
    for (long left = time.toMillis(); left > 0; left -= pause.toMillis()) {
      call(works);
      bench.clock.advance(pause);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 10, 90, 480})
  void itOpensWithinOneWindowAndASecond(long pauseMillis) {
    Duration pause = Duration.ofMillis(pauseMillis);
    callsFor(Duration.ofSeconds(60), pause, () -> true);
    assertThat(gate.state()).isEqualTo(State.CLOSED);

    long outage = 0;
    while (gate.state() == State.CLOSED) {
      call(() -> false);
      bench.clock.advance(pause);
      outage += pauseMillis;
    }

    assertThat(outage).isLessThanOrEqualTo(11_000);
  }

  @Test
  void theOpenStateGrowsFromFiveToSixtySeconds() {
    List<Long> opened = new ArrayList<>();
    List<Long> probed = new ArrayList<>();
    bench
        .breaker()
        .getEventPublisher()
        .onStateTransition(
            event -> {
              State to = event.getStateTransition().getToState();
              (to == State.OPEN ? opened : probed).add(bench.clock.millis());
            });

    callsFor(Duration.ofMinutes(6), Duration.ofMillis(50), () -> false);

    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < probed.size(); i++) {
      waits.add(Math.round((probed.get(i) - opened.get(i)) / 1000.0));
    }
    assertThat(waits).startsWith(5L, 10L, 20L, 40L, 60L, 60L, 60L);
  }

  @Test
  void aBackendThatIsBackGetsAllCallsAgain() {
    callsFor(Duration.ofMinutes(2), Duration.ofMillis(50), () -> false);

    callsFor(Duration.ofSeconds(61), Duration.ofMillis(50), () -> true);

    assertThat(gate.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void probesThatNeverEndHoldItHalfOpenNoLongerThanSet() throws Exception {
    // Given a limit that is short, for resilience4j measures it on a clock of its own.
    CircuitBreakerConfig defaults = CircuitBreakers.defaults();
    assertThat(defaults.getMaxWaitDurationInHalfOpenState()).isEqualTo(Duration.ofSeconds(10));
    BreakerBench short250 =
        new BreakerBench(
            CircuitBreakerConfig.from(defaults)
                .maxWaitDurationInHalfOpenState(Duration.ofMillis(250))
                .build());
    BreakerGate shortly = new BreakerGate(short250.breaker(), short250.clock.calls, () -> {});
    LinkedBlockingQueue<CircuitBreakerOnStateTransitionEvent> changes = new LinkedBlockingQueue<>();
    short250.breaker().transitionToOpenState();
    short250.clock.advance(Duration.ofMillis(5_001));
    short250.breaker().getEventPublisher().onStateTransition(changes::add);

    // When the probes are streams that nobody answers.
    for (int i = 0; i < 3; i++) {
      shortly.admit();
    }
    assertThat(changes.poll(10, TimeUnit.SECONDS).getStateTransition().getToState())
        .isEqualTo(State.HALF_OPEN);
    long start = System.nanoTime();

    // Then it opens again by itself.
    assertThat(changes.poll(10, TimeUnit.SECONDS).getStateTransition().getToState())
        .isEqualTo(State.OPEN);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void aStreamThatOpensTooSlowlyIsASlowCall() throws Exception {
    MethodGate method =
        new MethodGate(
            gate,
            new OutcomeReading(GET, BreakerBench.settings().tableOf(GET), List.of()),
            null,
            2,
            null);
    StreamPermit slow = new StreamPermit(method, bench.clock.calls, method.admit(), null);
    StreamPermit quick = new StreamPermit(method, bench.clock.calls, method.admit(), null);
    quick.received("the first message");

    bench.clock.advance(Duration.ofMillis(60_001));
    slow.received("the first message");
    quick.received("a later one");

    assertThat(bench.breaker().getMetrics().getNumberOfSlowCalls()).isEqualTo(1);
    quick.ended(new Outcome(Status.OK, new io.grpc.Metadata(), null, false));
    assertThat(bench.breaker().getMetrics().getNumberOfSlowCalls()).isEqualTo(1);
  }
}
