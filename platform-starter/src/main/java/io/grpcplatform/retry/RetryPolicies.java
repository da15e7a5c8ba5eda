package io.grpcplatform.retry;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.SettingException;
import io.grpcplatform.retry.RetryProperties.DelayFrom;
import io.grpcplatform.retry.RetryProperties.Hedge;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which methods are attempted again, and how, by one snapshot of the settings. Leaf by leaf a
 * method's own settings win over its service's, those over the contract's, those over everyone's.
 */
final class RetryPolicies {

  private static final String METHODS = RetryProperties.PREFIX + "methods";

  private final RetryProperties properties;
  private final HedgeDelays delays;

  RetryPolicies(RetryProperties properties, HedgeDelays delays) {
    this.properties = properties;
    this.delays = delays;
  }

  /**
   * Checks the settings of each named method together with what it inherits.
   *
   * @throws SettingException for those that cannot be used
   */
  void check() {
    for (String key : properties.methods().keySet()) {
      checked(MethodSettings.property(METHODS, key) + ".", retry(key, MethodPolicy.NONE.retry()));
    }
  }

  /**
   * How a method is attempted again, or null where it is not.
   *
   * @throws SettingException if the method is to be hedged and its contract does not allow it, or
   *     if the contract says what cannot be used
   */
  @Nullable AttemptPolicy of(CallKey key, MethodDescriptor<?, ?> method) {
    if (!properties.enabled()) {
      return null;
    }
    String name = method.getFullMethodName();
    Hedge hedge = hedge(name);
    if (hedge != null && method.isIdempotent()) {
      Duration delay = delay(key, hedge);
      return new AttemptPolicy.Hedging(hedge.maxAttempts(), delay, contracted(method).codes());
    }
    if (hedge != null) {
      refuseHedgeOf(name, hedge);
    }
    if (!method.isIdempotent()) {
      return ofNamed(name);
    }
    AttemptPolicy.Retry retry = contracted(method);
    return retry.maxAttempts() == 1 ? null : retry;
  }

  /** How a method is attempted again whose contract is unknown or forbids it: where it is named. */
  @Nullable AttemptPolicy ofNamed(String method) {
    if (!properties.enabled() || !properties.methods().containsKey(method)) {
      return null;
    }
    AttemptPolicy.Retry retry = retry(method, MethodPolicy.NONE.retry());
    return retry.maxAttempts() == 1 ? null : retry;
  }

  /** One attempt, whatever it ends with. */
  static AttemptPolicy none(RetryProperties properties) {
    return new AttemptPolicy.Retry(
        1,
        properties.initialBackoff(),
        properties.maxBackoff(),
        properties.multiplier(),
        properties.codes());
  }

  /** Whether the method's hedging delay follows its latencies. */
  boolean followsLatencies(MethodDescriptor<?, ?> method) {
    Hedge hedge = hedge(method.getFullMethodName());
    return hedge != null && hedge.delayFrom() == DelayFrom.P95;
  }

  private @Nullable Hedge hedge(String method) {
    Hedge hedge = nearest(properties.hedging().methods(), method);
    return hedge == null || hedge.delay() == null || hedge.delay().isZero() ? null : hedge;
  }

  private Duration delay(CallKey key, Hedge hedge) {
    Duration fixed = hedge.delay() == null ? Duration.ZERO : hedge.delay();
    return hedge.delayFrom() == DelayFrom.P95 ? delays.of(key, fixed) : fixed;
  }

  /** A whole service may be hedged as far as its contracts allow; a method was meant. */
  private void refuseHedgeOf(String method, Hedge hedge) {
    if (properties.hedging().methods().containsKey(method) && hedge.delay() != null) {
      throw RetrySettings.wrong(
          MethodSettings.property(RetryProperties.PREFIX + "hedging.methods", method) + ".delay",
          RetrySettings.text(hedge.delay()),
          "0s, because the contract of this method says no idempotency_level and a hedged call is"
              + " handled more than once",
          "0s");
    }
  }

  private AttemptPolicy.Retry contracted(MethodDescriptor<?, ?> method) {
    MethodPolicy.Retry contract = MethodPolicy.of(method).retry();
    AttemptPolicy.Retry retry = retry(method.getFullMethodName(), contract);
    return contract.equals(MethodPolicy.NONE.retry())
        ? retry
        : checked(
            "option (platform.v1.policy) of " + method.getFullMethodName() + " retry.", retry);
  }

  private static AttemptPolicy.Retry checked(String prefix, AttemptPolicy.Retry retry) {
    RetrySettings.check(
        prefix,
        retry.maxAttempts(),
        retry.initialBackoff(),
        retry.maxBackoff(),
        retry.multiplier(),
        retry.codes());
    return retry;
  }

  private AttemptPolicy.Retry retry(String key, MethodPolicy.Retry contract) {
    RetryLeaves leaves = leaves(key, contract);
    return new AttemptPolicy.Retry(
        leaves.maxAttempts().value(),
        leaves.initialBackoff().value(),
        leaves.maxBackoff().value(),
        leaves.multiplier().value(),
        leaves.codes().value());
  }

  private RetryLeaves leaves(String key, MethodPolicy.Retry contract) {
    return new RetryLeaves(properties, contract, key, serviceKey(key));
  }

  /** Who says each word of the policy that {@link #of} gives, or that there is one attempt. */
  List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
    AttemptPolicy policy = of(key, method);
    String name = key.fullMethodName();
    boolean contracted = method.isIdempotent();
    if (policy == null && !contracted && !properties.methods().containsKey(name)) {
      return List.of(
          EffectiveSetting.byContract("retry", "none: the contract says no idempotency_level"));
    }
    RetryLeaves leaves =
        leaves(name, (contracted ? MethodPolicy.of(method) : MethodPolicy.NONE).retry());
    if (policy == null) {
      return List.of(leaves.maxAttempts().setting("max-attempts"));
    }
    return policy instanceof AttemptPolicy.Hedging hedging
        ? hedged(name, hedging, leaves)
        : leaves.settings();
  }

  private List<EffectiveSetting> hedged(
      String method, AttemptPolicy.Hedging hedging, RetryLeaves leaves) {
    boolean own = properties.hedging().methods().containsKey(method);
    String entry =
        MethodSettings.property(
                RetryProperties.PREFIX + "hedging.methods", own ? method : serviceKey(method))
            + ".";
    Origin origin = own ? Origin.PROPERTY : Origin.INHERITED;
    Hedge hedge = hedge(method);
    boolean measured = hedge != null && !hedging.delay().equals(hedge.delay());
    return List.of(
        EffectiveSetting.byProperty(
            "hedging.max-attempts", hedging.maxAttempts(), origin, entry + "max-attempts"),
        EffectiveSetting.byProperty(
            "hedging.delay",
            hedging.delay(),
            measured ? Origin.MEASURED : origin,
            entry + (measured ? "delay-from" : "delay")),
        leaves.codes().setting("codes"));
  }

  private static <T> @Nullable T nearest(Map<String, T> methods, String method) {
    T own = methods.get(method);
    return own == null ? methods.get(serviceKey(method)) : own;
  }

  private static String serviceKey(String method) {
    return method.substring(0, method.indexOf('/')) + "/*";
  }
}
