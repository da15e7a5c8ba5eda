package io.grpcplatform.retry;

import io.grpc.Status;
import io.grpcplatform.MethodSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of {@code platform.retry}.
 *
 * @param enabled Whether calls are tried again. Off leaves gRPC's transparent retries, of calls
 *     that no server has seen.
 * @param maxAttempts All attempts of one call, the first included, 1 to 5; 1 for no retry.
 * @param initialBackoff Pause before the second attempt, give or take a fifth.
 * @param maxBackoff The longest pause.
 * @param multiplier What each pause is multiplied with to give the next.
 * @param codes The status codes after which a call is tried again.
 * @param budget What keeps retries from multiplying the load of a backend that is down.
 * @param methods Differences by method, "[pkg.Service/Method]" or "[pkg.Service/*]". A method that
 *     is named with its full name is tried again whatever its contract says.
 * @param hedging Attempts that start before the one before them has failed.
 */
@ConfigurationProperties(prefix = "platform.retry", ignoreUnknownFields = false)
record RetryProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("3") int maxAttempts,
    @DefaultValue("50ms") Duration initialBackoff,
    @DefaultValue("1s") Duration maxBackoff,
    @DefaultValue("2") double multiplier,
    @DefaultValue("unavailable") Set<Status.Code> codes,
    @DefaultValue Budget budget,
    @DefaultValue Map<String, Method> methods,
    @DefaultValue Hedging hedging) {

  static final String PREFIX = "platform.retry.";

  RetryProperties {
    RetrySettings.check(PREFIX, maxAttempts, initialBackoff, maxBackoff, multiplier, codes);
    codes = Set.copyOf(codes);
    methods = Map.copyOf(methods);
    MethodSettings.check(PREFIX + "methods", methods.keySet(), ".max-attempts", "2");
  }

  /**
   * What keeps retries from multiplying load.
   *
   * @param maxTokens Size of each channel's throttle, 1 to 1000: a failed attempt takes a token and
   *     no retry starts while half of them or fewer are left.
   * @param tokenRatio What each success gives back to the throttle, more than 0.
   * @param percent How many of the retryable calls in flight, over all channels, may be in a retry,
   *     0 to 100 percent.
   * @param minConcurrent How many calls may be in a retry however few are in flight.
   */
  record Budget(
      @DefaultValue("10") int maxTokens,
      @DefaultValue("0.1") double tokenRatio,
      @DefaultValue("20") int percent,
      @DefaultValue("3") int minConcurrent) {

    Budget {
      RetrySettings.within(PREFIX + "budget.max-tokens", maxTokens, 1, 1000, 10);
      RetrySettings.within(PREFIX + "budget.percent", percent, 0, 100, 20);
      RetrySettings.within(PREFIX + "budget.min-concurrent", minConcurrent, 0, 1000, 3);
      // Further digits would be cut by gRPC, and 0 would refuse every channel.
      if (!(tokenRatio >= 0.001 && tokenRatio <= 1000)) {
        throw RetrySettings.wrong(
            PREFIX + "budget.token-ratio", tokenRatio, "0.001 to 1000", "0.1");
      }
    }
  }

  /**
   * What one method has of its own; the rest is inherited.
   *
   * @param maxAttempts All attempts of one call, the first included; 1 for no retry.
   * @param initialBackoff Pause before the second attempt.
   * @param maxBackoff The longest pause.
   * @param multiplier What each pause is multiplied with to give the next.
   * @param codes The status codes after which a call is tried again.
   */
  record Method(
      @Nullable Integer maxAttempts,
      @Nullable Duration initialBackoff,
      @Nullable Duration maxBackoff,
      @Nullable Double multiplier,
      @Nullable Set<Status.Code> codes) {

    /** A method without settings of its own. */
    static final Method EMPTY = new Method(null, null, null, null, null);
  }

  /**
   * Attempts that start before the one before them has failed. Only methods that are safe or
   * idempotent by contract can be hedged.
   *
   * @param methods Hedged methods, "[pkg.Service/Method]" or "[pkg.Service/*]"; none by default.
   */
  record Hedging(@DefaultValue Map<String, Hedge> methods) {

    Hedging {
      methods = Map.copyOf(methods);
      String map = PREFIX + "hedging.methods";
      MethodSettings.check(map, methods.keySet(), ".delay", "50ms");
      methods.forEach(
          (key, hedge) -> RetrySettings.checkHedge(MethodSettings.property(map, key), hedge));
    }
  }

  /**
   * How one method is hedged.
   *
   * @param delay How long an attempt is waited for before the next one starts; 0s for no hedging.
   * @param delayFrom Where the delay comes from: fixed, or p95 for what 95 of 100 calls of the last
   *     minute took, with the delay that is set until there were 100.
   * @param maxAttempts All attempts of one call, the first included, 2 to 5.
   */
  record Hedge(
      @Nullable Duration delay,
      @DefaultValue("fixed") DelayFrom delayFrom,
      @DefaultValue("2") int maxAttempts) {}

  /** Where a hedging delay comes from. */
  enum DelayFrom {
    /** The properties. */
    FIXED,
    /** The method's own latencies. */
    P95
  }
}
