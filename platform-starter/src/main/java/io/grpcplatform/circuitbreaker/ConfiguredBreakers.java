package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.common.CompositeCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CircuitBreakerConfigCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties.InstanceProperties;
import java.beans.PropertyDescriptor;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;

/**
 * The registry's breakers, made on first use with the settings of the most specific name that has
 * any: {@code payment:pkg.Service} takes them from the instance of that name, else from {@code
 * payment}, else from {@code configs.grpc}.
 *
 * <p>Threading: safe; runs when a method is called for the first time.
 */
final class ConfiguredBreakers {

  private final CircuitBreakerRegistry registry;
  private final CommonCircuitBreakerConfigurationProperties properties;
  private final CompositeCustomizer<CircuitBreakerConfigCustomizer> customizer;

  ConfiguredBreakers(
      CircuitBreakerRegistry registry,
      CommonCircuitBreakerConfigurationProperties properties,
      CompositeCustomizer<CircuitBreakerConfigCustomizer> customizer) {
    this.registry = registry;
    this.properties = properties;
    this.customizer = customizer;
  }

  CircuitBreaker of(String name) {
    return registry.find(name).orElseGet(() -> create(name));
  }

  private synchronized CircuitBreaker create(String name) {
    Map<String, InstanceProperties> instances = properties.getInstances();
    InstanceProperties settings = inherit(copy(nearest(instances, name)));
    // resilience4j looks up health and event settings by the breaker's own name.
    instances.putIfAbsent(name, settings);
    return registry.circuitBreaker(
        name, () -> properties.createCircuitBreakerConfig(name, settings, customizer));
  }

  private static @Nullable InstanceProperties nearest(
      Map<String, InstanceProperties> instances, String name) {
    String candidate = name;
    while (true) {
      InstanceProperties found = instances.get(candidate);
      int colon = candidate.lastIndexOf(':');
      if (found != null || colon < 0) {
        return found;
      }
      candidate = candidate.substring(0, colon);
    }
  }

  /** Lets settings without a base of their own inherit the platform's. */
  static InstanceProperties inherit(InstanceProperties settings) {
    if (settings.getBaseConfig() == null) {
      settings.setBaseConfig(GrpcBreakerDefaults.CONFIG);
      if (settings.getWaitDurationInOpenState() != null) {
        GrpcBreakerDefaults.growingWait(settings, settings.getWaitDurationInOpenState());
      }
    }
    return settings;
  }

  /** A copy, because the breaker that has the settings' own name may not be ours to change. */
  private static InstanceProperties copy(@Nullable InstanceProperties original) {
    InstanceProperties copy = new InstanceProperties();
    if (original == null) {
      return copy;
    }
    BeanWrapper from = PropertyAccessorFactory.forBeanPropertyAccess(original);
    BeanWrapper to = PropertyAccessorFactory.forBeanPropertyAccess(copy);
    for (PropertyDescriptor property : from.getPropertyDescriptors()) {
      String leaf = property.getName();
      if (from.isReadableProperty(leaf) && to.isWritableProperty(leaf)) {
        Object value = from.getPropertyValue(leaf);
        if (value != null) {
          to.setPropertyValue(leaf, value);
        }
      }
    }
    return copy;
  }
}
