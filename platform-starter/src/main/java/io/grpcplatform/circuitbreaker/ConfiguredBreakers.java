package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.common.CompositeCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CircuitBreakerConfigCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties;
import io.grpcplatform.LiveSettings;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The registry's breakers, made on first use with the settings of the most specific name that has
 * any: {@code payment:pkg.Service} takes them from the instance of that name, else from {@code
 * payment}, else from {@code configs.grpc}. Settings can change; a breaker cannot, so one whose
 * settings have changed is to be replaced.
 *
 * <p>Threading: safe; runs where a method's plan is made.
 */
final class ConfiguredBreakers implements BreakerGates.Breakers {

  private final CircuitBreakerRegistry registry;
  private final CommonCircuitBreakerConfigurationProperties original;
  private final CompositeCustomizer<CircuitBreakerConfigCustomizer> customizer;
  private final BreakerSettings start;
  private final Map<String, BreakerSettings> usedBy = new HashMap<>();
  private BreakerSettings now;

  ConfiguredBreakers(
      CircuitBreakerRegistry registry,
      CommonCircuitBreakerConfigurationProperties original,
      CompositeCustomizer<CircuitBreakerConfigCustomizer> customizer) {
    this.registry = registry;
    this.original = original;
    this.customizer = customizer;
    this.start = new BreakerSettings(original);
    this.now = start;
  }

  /**
   * Lets resilience4j's settings change, under the class whose annotation names their prefix.
   *
   * @param changed runs when others hold
   */
  void follow(LiveSettings all, Runnable changed) {
    follow(original.getClass(), all, changed);
  }

  private <T extends CommonCircuitBreakerConfigurationProperties> void follow(
      Class<T> type, LiveSettings all, Runnable changed) {
    // A copy: resilience4j writes to the bean, and so does this for its health and events.
    all.add(type, BreakerSettings.copyOf(original, type))
        .check(next -> new BreakerSettings(next).check(customizer))
        .onChange(
            next -> {
              use(new BreakerSettings(next));
              changed.run();
            });
  }

  private synchronized void use(BreakerSettings next) {
    now = next;
  }

  @Override
  public synchronized CircuitBreaker of(String name) {
    // resilience4j makes a breaker of each configured instance, at the start.
    CircuitBreaker made = registry.find(name).orElse(null);
    usedBy.put(name, made == null ? now : start);
    if (made != null) {
      return made;
    }
    // resilience4j looks up health and event settings by the breaker's own name.
    original.getInstances().putIfAbsent(name, now.of(name));
    return registry.circuitBreaker(name, now.config(name, customizer));
  }

  /** The property that decides a leaf of the breaker of a name; see {@link BreakerSettings}. */
  synchronized String decides(String name, String leaf) {
    return usedBy.getOrDefault(name, now).decides(name, leaf);
  }

  @Override
  public synchronized @Nullable CircuitBreakerConfig changed(String name) {
    BreakerSettings used = usedBy.put(name, now);
    if (used == null || used == now || used.leaves(name).equals(now.leaves(name))) {
      return null;
    }
    original.getInstances().put(name, now.of(name));
    return now.config(name, customizer);
  }
}
