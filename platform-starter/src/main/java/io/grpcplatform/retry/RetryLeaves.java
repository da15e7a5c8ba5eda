package io.grpcplatform.retry;

import io.grpc.Status;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.retry.RetryProperties.Method;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The words of one method's retry policy, each with who says it: the method's own property, else
 * its service's, else its contract, else everyone's.
 *
 * @param key {@code pkg.Service/Method}
 * @param service {@code pkg.Service/*}
 */
record RetryLeaves(
    RetryProperties properties, MethodPolicy.Retry contract, String key, String service) {

  /**
   * One of them.
   *
   * @param property null where the contract decides
   */
  record Leaf<T>(T value, Origin origin, @Nullable String property) {

    EffectiveSetting setting(String name) {
      Object shown =
          value instanceof Set<?> codes
              ? codes.stream()
                  .map(code -> code.toString().toLowerCase(Locale.ROOT))
                  .sorted()
                  .toList()
              : value;
      return new EffectiveSetting(name, shown == null ? "" : shown, origin, property);
    }
  }

  Leaf<Integer> maxAttempts() {
    return leaf(
        "max-attempts", Method::maxAttempts, contract.maxAttempts(), properties.maxAttempts());
  }

  Leaf<Duration> initialBackoff() {
    return leaf(
        "initial-backoff",
        Method::initialBackoff,
        contract.initialBackoff(),
        properties.initialBackoff());
  }

  Leaf<Duration> maxBackoff() {
    return leaf("max-backoff", Method::maxBackoff, contract.maxBackoff(), properties.maxBackoff());
  }

  Leaf<Double> multiplier() {
    return leaf("multiplier", Method::multiplier, contract.multiplier(), properties.multiplier());
  }

  Leaf<Set<Status.Code>> codes() {
    return leaf("codes", Method::codes, null, properties.codes());
  }

  /** All of them, in the order to show them. */
  List<EffectiveSetting> settings() {
    return List.of(
        maxAttempts().setting("max-attempts"),
        initialBackoff().setting("initial-backoff"),
        maxBackoff().setting("max-backoff"),
        multiplier().setting("multiplier"),
        codes().setting("codes"));
  }

  private <T> Leaf<T> leaf(
      String name, Function<Method, @Nullable T> of, @Nullable T contracted, T otherwise) {
    T own = of.apply(named(key));
    if (own != null) {
      return new Leaf<>(own, Origin.PROPERTY, property(key, name));
    }
    T services = of.apply(named(service));
    if (services != null) {
      return new Leaf<>(services, Origin.INHERITED, property(service, name));
    }
    return contracted != null
        ? new Leaf<>(contracted, Origin.CONTRACT, null)
        : new Leaf<>(otherwise, Origin.INHERITED, RetryProperties.PREFIX + name);
  }

  private Method named(String method) {
    return properties.methods().getOrDefault(method, Method.EMPTY);
  }

  private static String property(String method, String name) {
    return MethodSettings.property(RetryProperties.PREFIX + "methods", method) + "." + name;
  }
}
