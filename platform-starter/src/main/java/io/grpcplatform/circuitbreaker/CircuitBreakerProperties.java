package io.grpcplatform.circuitbreaker;

import io.grpc.Status;
import io.grpcplatform.CallKey;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.Outcome;
import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of {@code platform.circuitbreaker}. Thresholds and times are resilience4j's own:
 * {@code resilience4j.circuitbreaker.*}.
 *
 * @param enabled Whether client calls go through circuit breakers.
 * @param granularity How many methods share a breaker.
 * @param fairBudget A call that was given less time than this and ran out of it says nothing about
 *     the backend.
 * @param outcomes What a status code says about the backend, where it differs from the platform's
 *     table.
 * @param throttling Refusing calls here that an overloaded backend would refuse there.
 * @param channels Differences by channel name.
 * @param methods Differences by method, "[pkg.Service/Method]" or "[pkg.Service/*]".
 */
@ConfigurationProperties(prefix = "platform.circuitbreaker", ignoreUnknownFields = false)
record CircuitBreakerProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("service") Granularity granularity,
    @DefaultValue("50ms") Duration fairBudget,
    @DefaultValue Map<Status.Code, Outcome.Kind> outcomes,
    @DefaultValue Throttling throttling,
    @DefaultValue Map<String, Scope> channels,
    @DefaultValue Map<String, Scope> methods) {

  private static final String PREFIX = "platform.circuitbreaker.";

  CircuitBreakerProperties {
    if (fairBudget.isNegative()) {
      throw SettingException.of(
          PREFIX + "fair-budget",
          fairBudget.toMillis() + "ms",
          "0s to count every expired call, or a positive duration such as 50ms",
          "50ms");
    }
    MethodSettings.check(PREFIX + "methods", methods.keySet(), ".outcomes.not-found", "failure");
    outcomes = Map.copyOf(outcomes);
    channels = Map.copyOf(channels);
    methods = Map.copyOf(methods);
  }

  /**
   * Refusing calls here that an overloaded backend would refuse there.
   *
   * @param enabled Whether calls are refused here while their backend says that it has too much to
   *     do.
   * @param multiplier How many calls go out for each one that the backend accepts; the higher, the
   *     later calls are refused here.
   */
  record Throttling(@DefaultValue("false") boolean enabled, @DefaultValue("2") double multiplier) {
    Throttling {
      if (!(multiplier >= 1 && multiplier <= 100)) {
        throw SettingException.of(PREFIX + "throttling.multiplier", multiplier, "1 to 100", "2");
      }
    }
  }

  /** What one breaker stands for. */
  enum Granularity {
    /** All methods of a channel share a breaker, named {@code <channel>}. */
    CHANNEL(0),
    /** The methods of a service on a channel share one, named {@code <channel>:<service>}. */
    SERVICE(1),
    /** Each method has its own, named {@code <channel>:<service>:<method>}. */
    METHOD(2);

    private final int colons;

    Granularity(int colons) {
      this.colons = colons;
    }

    // A slash in a breaker's name would break the paths of resilience4j's actuator endpoints.
    String nameOf(CallKey key) {
      return switch (this) {
        case CHANNEL -> key.channel();
        case SERVICE -> key.channel() + ":" + key.service();
        case METHOD -> key.channel() + ":" + key.service() + ":" + key.method();
      };
    }

    /** Whether {@code name} has the form of the names given here. */
    boolean names(String name) {
      return colonsOf(name) == colons;
    }

    /** Whether {@code name} stands for fewer methods than the names given here. */
    boolean coarserThan(String name) {
      return colonsOf(name) > colons;
    }

    private static long colonsOf(String name) {
      return name.chars().filter(letter -> letter == ':').count();
    }
  }

  /**
   * Differences of one channel, service or method.
   *
   * @param outcomes What a status code says about the backend.
   */
  record Scope(@DefaultValue Map<Status.Code, Outcome.Kind> outcomes) {
    Scope {
      outcomes = Map.copyOf(outcomes);
    }
  }

  /** What holds with no property set. */
  static CircuitBreakerProperties defaults() {
    return new CircuitBreakerProperties(
        true,
        Granularity.SERVICE,
        Duration.ofMillis(50),
        Map.of(),
        new Throttling(false, 2),
        Map.of(),
        Map.of());
  }

  /** The table of a method: the nearest difference wins. */
  OutcomeTable tableOf(CallKey key) {
    OutcomeTable.Builder table = new OutcomeTable.Builder(fairBudget);
    table.override(outcomes);
    override(table, channels, key.channel());
    override(table, methods, key.service() + "/*");
    override(table, methods, key.fullMethodName());
    return table.build();
  }

  private static void override(OutcomeTable.Builder table, Map<String, Scope> scopes, String key) {
    Scope scope = scopes.get(key);
    if (scope != null) {
      table.override(scope.outcomes());
    }
  }
}
