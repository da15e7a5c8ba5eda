package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.common.CompositeCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties.InstanceProperties;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The platform's settings for its breakers: {@code resilience4j.circuitbreaker.configs.grpc}, leaf
 * by leaf under what the user sets there and over the user's {@code configs.default}.
 */
final class GrpcBreakerDefaults {

  /** The name of the shared configuration that the platform contributes. */
  static final String CONFIG = "grpc";

  private static final Duration OPEN = Duration.ofSeconds(5);
  private static final Duration LONGEST_OPEN = Duration.ofSeconds(60);
  private static final double GROWTH = 2;

  private GrpcBreakerDefaults() {}

  /** Adds what the user has not set. */
  static void contribute(CommonCircuitBreakerConfigurationProperties properties) {
    Map<String, InstanceProperties> configs = properties.getConfigs();
    InstanceProperties grpc = configs.computeIfAbsent(CONFIG, absent -> new InstanceProperties());
    if (grpc.getBaseConfig() == null && configs.containsKey("default")) {
      grpc.setBaseConfig("default");
    }
    if (grpc.getSlidingWindowType() == null) {
      grpc.setSlidingWindowType(SlidingWindowType.TIME_BASED);
    }
    if (grpc.getSlidingWindowSize() == null) {
      grpc.setSlidingWindowSize(10);
    }
    if (grpc.getMinimumNumberOfCalls() == null) {
      grpc.setMinimumNumberOfCalls(20);
    }
    if (grpc.getFailureRateThreshold() == null) {
      grpc.setFailureRateThreshold(50f);
    }
    if (grpc.getPermittedNumberOfCallsInHalfOpenState() == null) {
      grpc.setPermittedNumberOfCallsInHalfOpenState(3);
    }
    if (grpc.getMaxWaitDurationInHalfOpenState() == null) {
      grpc.setMaxWaitDurationInHalfOpenState(Duration.ofSeconds(10));
    }
    if (grpc.getRecordExceptions() == null && grpc.getRecordFailurePredicate() == null) {
      // The outcome table has decided before resilience4j is told; a list that the user made for
      // other protocols must not turn failures into successes.
      grpc.setRecordExceptions(statusExceptions());
    }
    growingWait(grpc, OPEN);
  }

  /** The platform's settings by themselves, for use without an application. */
  static CircuitBreakerConfig config() {
    CommonCircuitBreakerConfigurationProperties properties =
        new CommonCircuitBreakerConfigurationProperties();
    contribute(properties);
    return properties.createCircuitBreakerConfig(
        CONFIG, properties.getConfigs().get(CONFIG), new CompositeCustomizer<>(List.of()));
  }

  /** Lets the open state grow, unless its length was chosen another way. */
  static void growingWait(InstanceProperties settings, Duration otherwise) {
    if (settings.getWaitDurationInOpenState() == null) {
      settings.setWaitDurationInOpenState(otherwise);
    }
    Duration wait = settings.getWaitDurationInOpenState();
    if (Boolean.TRUE.equals(settings.getEnableRandomizedWait())) {
      // resilience4j refuses both at once, and would inherit the other one.
      settings.setEnableExponentialBackoff(false);
      return;
    }
    if (settings.getEnableExponentialBackoff() == null) {
      settings.setEnableExponentialBackoff(true);
      settings.setEnableRandomizedWait(false);
    }
    if (settings.getExponentialBackoffMultiplier() == null) {
      settings.setExponentialBackoffMultiplier(GROWTH);
    }
    if (settings.getExponentialMaxWaitDurationInOpenState() == null) {
      settings.setExponentialMaxWaitDurationInOpenState(
          wait.compareTo(LONGEST_OPEN) > 0 ? wait : LONGEST_OPEN);
    }
  }

  @SuppressWarnings("unchecked") // resilience4j wants an array of a generic type
  private static Class<? extends Throwable>[] statusExceptions() {
    return (Class<? extends Throwable>[]) new Class<?>[] {StatusRuntimeException.class};
  }
}
