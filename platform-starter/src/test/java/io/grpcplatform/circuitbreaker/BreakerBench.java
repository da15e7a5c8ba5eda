package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.IntervalFunction;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * A breaker stage on clocks of the test's own: opens at 4 calls, for 5 s and then twice as long
 * each time, and probes with 3.
 */
final class BreakerBench {

  static final String NAME = "payment:platform.test.v1.EchoService";

  final TestClock clock = new TestClock();
  final AtomicInteger connects = new AtomicInteger();
  final ConnectBackoffs backoffs = new ConnectBackoffs();
  final LiveSettings settings = new LiveSettings();
  final Live<CircuitBreakerProperties> live;
  final CircuitBreakerRegistry registry;
  final CircuitBreakerClientStage stage;

  /** What the stage draws as random number. */
  volatile double chance;

  private final BreakerGates gates;
  private volatile @Nullable CircuitBreakerConfig nextConfig;

  private final class Replaced implements BreakerGates.Breakers {
    @Override
    public CircuitBreaker of(String name) {
      return registry.circuitBreaker(name);
    }

    @Override
    public @Nullable CircuitBreakerConfig changed(String name) {
      CircuitBreakerConfig next = nextConfig;
      nextConfig = null;
      return next;
    }
  }

  BreakerBench(String... settings) {
    this(3, 4, settings);
  }

  BreakerBench(int probes, int minimumCalls, String... settings) {
    this(
        CircuitBreakerConfig.custom()
            .slidingWindowType(SlidingWindowType.TIME_BASED)
            .slidingWindowSize(10)
            .minimumNumberOfCalls(minimumCalls)
            .failureRateThreshold(50)
            .waitIntervalFunctionInOpenState(
                IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(5), 2))
            .permittedNumberOfCallsInHalfOpenState(probes)
            .build(),
        settings);
  }

  BreakerBench(CircuitBreakerConfig config, String... settings) {
    registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.from(config).clock(clock).build());
    live = this.settings.add(CircuitBreakerProperties.class, settings(settings));
    gates =
        new BreakerGates(
            new Replaced(),
            registry,
            clock.calls,
            channel -> {
              connects.incrementAndGet();
              backoffs.reset(channel);
            });
    stage = stage(List.of());
  }

  /** Another stage on the same breakers, with users' beans. */
  CircuitBreakerClientStage stage(
      List<OutcomeClassifier> classifiers, CircuitBreakerFallback<?, ?>... fallbacks) {
    return new CircuitBreakerClientStage(
        live, gates, clock.calls, () -> chance, classifiers, List.of(fallbacks));
  }

  /** Changes settings while calls run. */
  void change(String... pairs) {
    settings.apply(Map.of(live, settings(pairs)));
  }

  /** Changes the breaker's own settings while calls run. */
  void changeBreaker(UnaryOperator<CircuitBreakerConfig.Builder> change) {
    nextConfig =
        change.apply(CircuitBreakerConfig.from(breaker().getCircuitBreakerConfig())).build();
    gates.renew();
  }

  static CircuitBreakerProperties settings(String... pairs) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put("platform.circuitbreaker." + pairs[i], pairs[i + 1]);
    }
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("platform.circuitbreaker", CircuitBreakerProperties.class);
  }

  CircuitBreaker breaker() {
    return registry.circuitBreaker(NAME);
  }

  /** Lets the first open state pass. */
  void waitOutOpenState() {
    clock.advance(Duration.ofMillis(5_001));
  }
}
