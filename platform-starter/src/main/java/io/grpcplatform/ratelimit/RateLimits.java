package io.grpcplatform.ratelimit;

import io.grpcplatform.CallClock;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.Live;
import io.grpcplatform.ServerFeature;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rate limits for servers and channels that the starter does not make. */
public final class RateLimits {

  private static final int MOST_CALLERS = 10_000;

  private RateLimits() {}

  /** One limit for each method of a server; health and reflection are not limited. */
  public static ServerFeature server(RateLimit limit) {
    return server(Map.of("*", limit), null);
  }

  /**
   * Limits for the methods of a server.
   *
   * @param limits by {@code pkg.Service/Method}, {@code pkg.Service/*} or {@code *}; the nearest
   *     holds
   * @param callers tells callers apart; null for the subject of their certificate or their address
   */
  public static ServerFeature server(
      Map<String, RateLimit> limits, @Nullable CallerResolver callers) {
    return new RateLimitServerStage(
        fixed(limits, Map.of()), turnstiles(), (side, key) -> LimitCounters.NONE, callers);
  }

  /** One limit for each method that is called on a channel. */
  public static ClientFeature client(RateLimit limit) {
    return client(Map.of("*", limit));
  }

  /**
   * Limits for the methods that are called on a channel.
   *
   * @param limits by {@code pkg.Service/Method}, {@code pkg.Service/*} or {@code *}; the nearest
   *     holds
   */
  public static ClientFeature client(Map<String, RateLimit> limits) {
    return new RateLimitClientStage(
        fixed(Map.of(), limits), turnstiles(), (side, key) -> LimitCounters.NONE);
  }

  private static Turnstiles turnstiles() {
    return new Turnstiles(CallClock.system(), (name, limit, now) -> Turnstiles.local(limit, now));
  }

  private static Live<RateLimitProperties> fixed(
      Map<String, RateLimit> server, Map<String, RateLimit> client) {
    return Live.fixed(
        RateLimitProperties.class,
        new RateLimitProperties(
            true,
            MOST_CALLERS,
            new RateLimitProperties.Server(true, entries(server), null, null),
            new RateLimitProperties.Client(true, entries(client)),
            RateLimitProperties.Redis.NONE));
  }

  private static Map<String, RateLimitProperties.Limit> entries(Map<String, RateLimit> limits) {
    return limits.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, entry -> RateLimitProperties.Limit.of(entry.getValue())));
  }
}
