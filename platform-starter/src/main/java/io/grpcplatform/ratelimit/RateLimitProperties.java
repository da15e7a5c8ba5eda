package io.grpcplatform.ratelimit;

import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of {@code platform.ratelimit}; with none of them set no call is limited.
 *
 * @param enabled Whether the limits that are set here hold.
 * @param maxCallers How many callers or tenants one limit tells apart; while so many are active,
 *     all others count together.
 * @param server Limits for the calls that are served.
 * @param client Limits for the calls that are made.
 * @param redis Where limits are shared with other processes.
 */
@ConfigurationProperties(prefix = "platform.ratelimit", ignoreUnknownFields = false)
record RateLimitProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("10000") int maxCallers,
    @DefaultValue Server server,
    @DefaultValue Client client,
    @DefaultValue Redis redis) {

  static final String PREFIX = "platform.ratelimit.";

  private static final String SERVER = PREFIX + "server.methods";
  private static final String CLIENT = PREFIX + "client.methods";
  private static final String UNLIMITED = "unlimited";
  private static final Pattern METHOD_KEY =
      Pattern.compile("\\*|[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*/(\\*|[A-Za-z_]\\w*)");
  private static final Pattern HEADER = Pattern.compile("[0-9a-z_.-]+");

  RateLimitProperties {
    if (maxCallers < 1 || maxCallers > 1_000_000) {
      throw SettingException.of(PREFIX + "max-callers", maxCallers, "1 to 1000000", "10000");
    }
    limits(SERVER, server.methods());
    limits(CLIENT, client.methods());
  }

  /**
   * The server's side.
   *
   * @param enabled Whether calls that are served are limited.
   * @param methods Limits by method "[pkg.Service/Method]", by service "[pkg.Service/*]", or "[*]"
   *     for all others; the nearest holds.
   * @param callerHeader Metadata that names the caller; believed only where nobody has verified
   *     one. No default.
   * @param tenantHeader Metadata that names the tenant; believed only where nobody has verified
   *     one. No default.
   */
  record Server(
      @DefaultValue("true") boolean enabled,
      @DefaultValue Map<String, Limit> methods,
      @Nullable String callerHeader,
      @Nullable String tenantHeader) {

    Server {
      methods = Map.copyOf(methods);
      checkHeader("server.caller-header", callerHeader);
      checkHeader("server.tenant-header", tenantHeader);
    }

    private static void checkHeader(String property, @Nullable String header) {
      if (header != null && (!HEADER.matcher(header).matches() || header.endsWith("-bin"))) {
        throw SettingException.of(
            PREFIX + property, header, "the name of text metadata, in lower case", "x-caller");
      }
    }
  }

  /**
   * The client's side.
   *
   * @param enabled Whether calls that are made are limited.
   * @param methods Limits by method "[pkg.Service/Method]", by service "[pkg.Service/*]", or "[*]"
   *     for all others; the nearest holds, on each channel apart.
   */
  record Client(@DefaultValue("true") boolean enabled, @DefaultValue Map<String, Limit> methods) {

    Client {
      methods = Map.copyOf(methods);
    }
  }

  /**
   * One limit.
   *
   * @param rate How many calls and messages may come, as 100/s, 600/m or 1000/h; "unlimited"
   *     excepts a method from the limit of its service or of all.
   * @param burst How many may come at once after a quiet time; what comes in a second if not set.
   * @param per Whether all callers of a method share it, or each caller or tenant has its own.
   * @param algorithm How it is counted.
   */
  record Limit(
      @Nullable String rate,
      @Nullable Integer burst,
      @DefaultValue("method") RateLimit.Per per,
      @DefaultValue("token-bucket") RateLimit.Algorithm algorithm) {

    static Limit of(RateLimit limit) {
      boolean window = limit.algorithm() == RateLimit.Algorithm.SLIDING_WINDOW;
      return new Limit(limit.rate(), window ? null : limit.burst(), limit.per(), limit.algorithm());
    }

    private RateLimit at(String property) {
      if (rate == null) {
        throw wrongRate(property);
      }
      boolean window = algorithm == RateLimit.Algorithm.SLIDING_WINDOW;
      if (burst != null && (window || burst < 1 || burst > RateLimit.MOST)) {
        throw SettingException.of(
            property + ".burst",
            burst,
            window
                ? "none: a sliding window has no burst beside its rate"
                : "1 or more, or none for what comes in a second",
            window ? "" : "20");
      }
      try {
        RateLimit plain = window ? RateLimit.slidingWindow(rate) : RateLimit.of(rate);
        return (burst == null ? plain : plain.withBurst(burst)).per(per);
      } catch (IllegalArgumentException wrong) {
        throw wrongRate(property);
      }
    }

    private SettingException wrongRate(String property) {
      return SettingException.of(
          property + ".rate", rate, Rate.FORM + ", or " + UNLIMITED, "100/s");
    }
  }

  /**
   * The Redis that processes share their limits through; read at the start.
   *
   * @param url Where it is, as redis://host:6379 or rediss://user:password@host:6380. No default:
   *     limits hold for this process alone.
   * @param prefix What the keys begin with, processes with the same prefix share. No default: it is
   *     the application's name.
   * @param interval How often, at most, a process settles one limit with Redis while it is used.
   * @param timeout How long an answer may take before Redis counts as away.
   * @param fallbackPercent How many percent of each rate this process allows while Redis is away.
   */
  record Redis(
      @Nullable String url,
      @Nullable String prefix,
      @DefaultValue("20ms") Duration interval,
      @DefaultValue("250ms") Duration timeout,
      @DefaultValue("100") int fallbackPercent) {

    /** No Redis. */
    static final Redis NONE =
        new Redis(null, null, Duration.ofMillis(20), Duration.ofMillis(250), 100);

    Redis {
      check("interval", interval, Duration.ofSeconds(1), "20ms");
      check("timeout", timeout, Duration.ofSeconds(10), "250ms");
      if (fallbackPercent < 1 || fallbackPercent > 100) {
        throw SettingException.of(
            PREFIX + "redis.fallback-percent", fallbackPercent, "1 to 100", "100");
      }
    }

    /** The address; there is one wherever a store is made. */
    String address() {
      if (url == null) {
        throw new IllegalStateException("platform.ratelimit.redis.url is not set");
      }
      return url;
    }

    /** Fails where a Redis is named and nothing can talk to it. */
    void checkStore(boolean there) {
      if (url != null && !there) {
        throw new SettingException(
            PREFIX + "redis.url",
            "set, but io.lettuce:lettuce-core is not on the class path",
            "the library there, such as by spring-boot-starter-data-redis",
            "# or remove " + PREFIX + "redis.url");
      }
    }

    private static void check(String name, Duration value, Duration most, String works) {
      if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(most) > 0) {
        throw SettingException.of(
            PREFIX + "redis." + name, value.toMillis() + "ms", "1ms to " + most, works);
      }
    }
  }

  /** What {@code next} says, but for the store, which is the one that is in use. */
  RateLimitProperties withRedisHeld(RateLimitProperties next) {
    return new RateLimitProperties(
        next.enabled(), next.maxCallers(), next.server(), next.client(), redis);
  }

  /** Refuses settings that cannot be changed while they are in use. */
  void checkNext(RateLimitProperties next) {
    if (!next.redis().equals(redis)) {
      throw new SettingException(
          PREFIX + "redis", "changed", "as it was at the start", "# a change needs a restart");
    }
  }

  /** The limits of the calls that are served; none where they are switched off. */
  MethodLimits ofServer() {
    return limits(SERVER, enabled && server.enabled() ? server.methods() : Map.of());
  }

  /** The limits of the calls that are made; none where they are switched off. */
  MethodLimits ofClient() {
    return limits(CLIENT, enabled && client.enabled() ? client.methods() : Map.of());
  }

  private static MethodLimits limits(String prefix, Map<String, Limit> methods) {
    Map<String, RateLimit> entries = new HashMap<>();
    Set<String> excepted = new HashSet<>();
    methods.forEach(
        (key, limit) -> {
          String property = prefix + "[" + key + "]";
          if (!METHOD_KEY.matcher(key).matches()) {
            throw SettingException.instead(
                property,
                key,
                "a method \"[pkg.Service/Method]\", a service \"[pkg.Service/*]\" or \"[*]\", with"
                    + " quotes and brackets",
                prefix + "[pkg.Service/Method].rate",
                "100/s");
          }
          if (UNLIMITED.equals(limit.rate())) {
            excepted.add(key);
          } else {
            entries.put(key, limit.at(property));
          }
        });
    return new MethodLimits(prefix, Map.copyOf(entries), Set.copyOf(excepted));
  }
}
