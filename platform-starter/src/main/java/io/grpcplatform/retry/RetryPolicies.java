package io.grpcplatform.retry;

import io.grpcplatform.SettingException;
import io.grpcplatform.retry.RetryProperties.Hedge;
import io.grpcplatform.retry.RetryProperties.Method;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which methods are attempted again, and how. A method's own settings win over its service's, leaf
 * by leaf, and those over everyone's.
 */
final class RetryPolicies {

  private static final String METHODS = RetryProperties.PREFIX + "methods";

  private final RetryProperties properties;

  /** Checks the settings of each named method together with what it inherits. */
  RetryPolicies(RetryProperties properties) {
    this.properties = properties;
    properties.methods().keySet().forEach(this::check);
  }

  private void check(String key) {
    AttemptPolicy.Retry retry = retry(key);
    RetrySettings.check(
        RetrySettings.property(METHODS, key) + ".",
        retry.maxAttempts(),
        retry.initialBackoff(),
        retry.maxBackoff(),
        retry.multiplier(),
        retry.codes());
  }

  /**
   * How a method is attempted again, or null where it is not.
   *
   * @param method {@code pkg.Service/Method}
   * @param idempotent whether the contract lets the method be called twice
   * @throws SettingException if the method is to be hedged and its contract does not allow it
   */
  @Nullable AttemptPolicy of(String method, boolean idempotent) {
    Hedge hedge = nearest(properties.hedging().methods(), method);
    Duration delay = hedge == null ? null : hedge.delay();
    if (hedge != null && delay != null && !delay.isZero()) {
      if (idempotent) {
        return new AttemptPolicy.Hedging(hedge.maxAttempts(), delay, retry(method).codes());
      }
      refuseHedgeOf(method, delay);
    }
    if (!idempotent && !properties.methods().containsKey(method)) {
      return null;
    }
    AttemptPolicy.Retry retry = retry(method);
    return retry.maxAttempts() == 1 ? null : retry;
  }

  /** How a method of an unknown contract is attempted again: only where it is named. */
  @Nullable AttemptPolicy ofNamed(String method) {
    if (!properties.methods().containsKey(method)) {
      return null;
    }
    AttemptPolicy.Retry retry = retry(method);
    return retry.maxAttempts() == 1 ? null : retry;
  }

  /** A whole service may be hedged as far as its contracts allow; a method was meant. */
  private void refuseHedgeOf(String method, Duration delay) {
    if (properties.hedging().methods().containsKey(method)) {
      throw RetrySettings.wrong(
          RetrySettings.property(RetryProperties.PREFIX + "hedging.methods", method) + ".delay",
          RetrySettings.text(delay),
          "0s, because the contract of this method says no idempotency_level and a hedged call is"
              + " handled more than once",
          "0s");
    }
  }

  private AttemptPolicy.Retry retry(String key) {
    Method own = properties.methods().getOrDefault(key, Method.EMPTY);
    Method service = properties.methods().getOrDefault(serviceKey(key), Method.EMPTY);
    return new AttemptPolicy.Retry(
        leaf(own, service, Method::maxAttempts, properties.maxAttempts()),
        leaf(own, service, Method::initialBackoff, properties.initialBackoff()),
        leaf(own, service, Method::maxBackoff, properties.maxBackoff()),
        leaf(own, service, Method::multiplier, properties.multiplier()),
        leaf(own, service, Method::codes, properties.codes()));
  }

  private static <T> T leaf(
      Method own, Method service, Function<Method, @Nullable T> leaf, T otherwise) {
    T value = leaf.apply(own);
    if (value == null) {
      value = leaf.apply(service);
    }
    return value == null ? otherwise : value;
  }

  private static <T> @Nullable T nearest(Map<String, T> methods, String method) {
    T own = methods.get(method);
    return own == null ? methods.get(serviceKey(method)) : own;
  }

  private static String serviceKey(String method) {
    return method.substring(0, method.indexOf('/')) + "/*";
  }
}
