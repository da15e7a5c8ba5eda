package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
  final CircuitBreakerRegistry registry;
  final CircuitBreakerClientStage stage;

  BreakerBench(String... settings) {
    this(3, 4, settings);
  }

  BreakerBench(int probes, int minimumCalls, String... settings) {
    registry =
        CircuitBreakerRegistry.of(
            CircuitBreakerConfig.custom()
                .clock(clock)
                .slidingWindowType(SlidingWindowType.TIME_BASED)
                .slidingWindowSize(10)
                .minimumNumberOfCalls(minimumCalls)
                .failureRateThreshold(50)
                .waitIntervalFunctionInOpenState(
                    IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(5), 2))
                .permittedNumberOfCallsInHalfOpenState(probes)
                .build());
    stage =
        new CircuitBreakerClientStage(
            settings(settings),
            registry::circuitBreaker,
            registry,
            clock.calls,
            channel -> {
              connects.incrementAndGet();
              backoffs.reset(channel);
            });
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
