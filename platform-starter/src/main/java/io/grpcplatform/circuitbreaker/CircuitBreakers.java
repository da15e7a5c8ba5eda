package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.grpcplatform.CallClock;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.Live;
import java.util.List;
import java.util.function.Consumer;

/**
 * Circuit breakers on a plain grpc-java channel, without Spring: {@code
 * ClientPipeline.of("payment", List.of(CircuitBreakers.client())).install(builder)}. One breaker
 * per channel and service, named {@code payment:pkg.Service}.
 */
public final class CircuitBreakers {

  private CircuitBreakers() {}

  /** Breakers with the platform's {@link #defaults()}, in a registry of their own. */
  public static ClientFeature client() {
    return client(CircuitBreakerRegistry.of(defaults()));
  }

  /**
   * Breakers in a registry of the caller's, with its default configuration; {@link #defaults()} is
   * the one to start from.
   */
  public static ClientFeature client(CircuitBreakerRegistry registry) {
    return client(registry, channel -> {});
  }

  /**
   * Breakers in a registry of the caller's whose probes find a connected channel.
   *
   * @param connect gets a channel's name a second before its breaker lets probes through, and is to
   *     call {@link io.grpc.ManagedChannel#resetConnectBackoff()}
   */
  public static ClientFeature client(CircuitBreakerRegistry registry, Consumer<String> connect) {
    CallClock clock = CallClock.system();
    return new CircuitBreakerClientStage(
        Live.fixed(CircuitBreakerProperties.class, CircuitBreakerProperties.defaults()),
        new BreakerGates(registry::circuitBreaker, registry, clock, connect),
        clock,
        CircuitBreakerClientStage.CHANCE,
        List.of(),
        List.of());
  }

  /** The platform's thresholds and times, as {@code configs.grpc} has them in an application. */
  public static CircuitBreakerConfig defaults() {
    return GrpcBreakerDefaults.config();
  }
}
