package io.grpcplatform.retry;

import io.grpcplatform.retry.RetryProperties.Budget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Retry settings in the form that gRPC reads (gRFC A6, {@code grpc.service_config}).
 *
 * <p>Two traps: a method's entry replaces its service's instead of merging with it, so every method
 * has a complete entry of its own; and the part of a duration after the point is read as digits, so
 * it always has nine.
 */
final class ServiceConfig {

  private ServiceConfig() {}

  /**
   * The service config of a channel.
   *
   * @param methods the policies by {@code pkg.Service/Method}
   */
  static Map<String, ?> of(Map<String, AttemptPolicy> methods, Budget budget) {
    Map<AttemptPolicy, List<Map<String, ?>>> names = new LinkedHashMap<>();
    new TreeMap<>(methods)
        .forEach(
            (method, policy) ->
                names.computeIfAbsent(policy, absent -> new ArrayList<>()).add(name(method)));
    List<Map<String, ?>> entries = new ArrayList<>();
    names.forEach((policy, named) -> entries.add(entry(policy, named)));
    return Map.of(
        "methodConfig",
        entries,
        "retryThrottling",
        Map.of("maxTokens", (double) budget.maxTokens(), "tokenRatio", budget.tokenRatio()));
  }

  /** The methods, {@code pkg.Service/Method}, that a service config made here has entries for. */
  static Set<String> methods(Map<String, ?> config) {
    return parts(config.get("methodConfig"))
        .flatMap(entry -> parts(entry.get("name")))
        .map(name -> name.get("service") + "/" + name.get("method"))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Stream<Map<?, ?>> parts(@Nullable Object list) {
    return list instanceof List<?> all
        ? all.stream().filter(Map.class::isInstance).map(each -> (Map<?, ?>) each)
        : Stream.empty();
  }

  private static Map<String, ?> name(String method) {
    int slash = method.indexOf('/');
    return Map.of("service", method.substring(0, slash), "method", method.substring(slash + 1));
  }

  private static Map<String, ?> entry(AttemptPolicy policy, List<Map<String, ?>> names) {
    List<String> codes = policy.codes().stream().map(Enum::name).sorted().toList();
    if (policy instanceof AttemptPolicy.Retry retry) {
      return Map.of(
          "name",
          names,
          "retryPolicy",
          Map.of(
              "maxAttempts", (double) retry.maxAttempts(),
              "initialBackoff", duration(retry.initialBackoff()),
              "maxBackoff", duration(retry.maxBackoff()),
              "backoffMultiplier", retry.multiplier(),
              "retryableStatusCodes", codes));
    }
    AttemptPolicy.Hedging hedging = (AttemptPolicy.Hedging) policy;
    return Map.of(
        "name",
        names,
        "hedgingPolicy",
        Map.of(
            "maxAttempts",
            (double) hedging.maxAttempts(),
            "hedgingDelay",
            duration(hedging.delay()),
            "nonFatalStatusCodes",
            codes));
  }

  /** {@code 0.050000000s}: nine digits, or 50 ms would be read as half a second. */
  static String duration(Duration duration) {
    return String.format(Locale.ROOT, "%d.%09ds", duration.getSeconds(), duration.getNano());
  }
}
