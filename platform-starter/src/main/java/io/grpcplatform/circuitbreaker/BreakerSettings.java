package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.common.CompositeCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CircuitBreakerConfigCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties.InstanceProperties;
import io.grpcplatform.SettingException;
import java.beans.PropertyDescriptor;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;

/**
 * One state of resilience4j's breaker settings, completed with the platform's: a copy, for the
 * original is resilience4j's own and can be written to.
 */
final class BreakerSettings {

  private static final String PREFIX = "resilience4j.circuitbreaker.";

  private final CommonCircuitBreakerConfigurationProperties settings;

  BreakerSettings(CommonCircuitBreakerConfigurationProperties original) {
    settings = copyOf(original, CommonCircuitBreakerConfigurationProperties.class);
    GrpcBreakerDefaults.contribute(settings);
  }

  /** A copy of configurations and instances, leaf by leaf. */
  static <T extends CommonCircuitBreakerConfigurationProperties> T copyOf(
      CommonCircuitBreakerConfigurationProperties original, Class<T> type) {
    T copy = BeanUtils.instantiateClass(type);
    original.getConfigs().forEach((name, config) -> copy.getConfigs().put(name, copy(config)));
    original
        .getInstances()
        .forEach((name, instance) -> copy.getInstances().put(name, copy(instance)));
    return copy;
  }

  /**
   * What is set for the breaker of a name: by the instance of that name, else by the one of the
   * nearest name above it. A copy.
   */
  InstanceProperties of(String name) {
    String candidate = name;
    while (true) {
      InstanceProperties found = settings.getInstances().get(candidate);
      int colon = candidate.lastIndexOf(':');
      if (found != null || colon < 0) {
        return inherit(copy(found));
      }
      candidate = candidate.substring(0, colon);
    }
  }

  /** The settings of the breaker of a name, as resilience4j reads them. */
  synchronized CircuitBreakerConfig config(
      String name, CompositeCustomizer<CircuitBreakerConfigCustomizer> customizer) {
    return settings.createCircuitBreakerConfig(name, of(name), customizer);
  }

  /** Every leaf that is set for the breaker of a name, inherited ones too; to compare. */
  Map<String, Object> leaves(String name) {
    InstanceProperties own = of(name);
    Deque<InstanceProperties> above = new ArrayDeque<>();
    Set<String> seen = new HashSet<>();
    String base = own.getBaseConfig();
    while (base != null && seen.add(base)) {
      InstanceProperties config = settings.getConfigs().get(base);
      if (config != null) {
        above.push(config);
      }
      base = config == null ? null : config.getBaseConfig();
    }
    Map<String, Object> leaves = new HashMap<>();
    above.forEach(config -> leaves.putAll(leaves(config)));
    leaves.putAll(leaves(own));
    leaves.remove("baseConfig");
    return leaves;
  }

  /**
   * The property that decides a leaf of the breaker of a name, whether or not anybody has set it.
   *
   * @param leaf as in the settings' class, {@code failureRateThreshold}
   */
  String decides(String name, String leaf) {
    String candidate = name;
    while (!settings.getInstances().containsKey(candidate) && candidate.lastIndexOf(':') >= 0) {
      candidate = candidate.substring(0, candidate.lastIndexOf(':'));
    }
    String dashed = leaf.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    InstanceProperties found = settings.getInstances().get(candidate);
    if (found != null && leaves(found).containsKey(leaf)) {
      return property("instances", candidate, dashed);
    }
    Set<String> seen = new HashSet<>();
    String base = of(name).getBaseConfig();
    while (base != null && seen.add(base)) {
      InstanceProperties config = settings.getConfigs().get(base);
      if (config == null || leaves(config).containsKey(leaf)) {
        return property("configs", base, dashed);
      }
      base = config.getBaseConfig();
    }
    return property("configs", GrpcBreakerDefaults.CONFIG, dashed);
  }

  /**
   * Finds what resilience4j would find too late.
   *
   * @throws SettingException that names the property
   */
  void check(CompositeCustomizer<CircuitBreakerConfigCustomizer> customizer) {
    settings.getConfigs().forEach((name, config) -> check("configs", name, config));
    settings.getInstances().forEach((name, instance) -> check("instances", name, instance));
    settings
        .getInstances()
        .forEach(
            (name, instance) -> {
              try {
                settings.createCircuitBreakerConfig(name, copy(instance), customizer);
                config(name, customizer);
              } catch (RuntimeException refused) {
                throw SettingException.of(
                    property("instances", name, "base-config"),
                    instance.getBaseConfig(),
                    "settings that resilience4j takes; it says: " + refused.getMessage(),
                    GrpcBreakerDefaults.CONFIG);
              }
            });
  }

  private void check(String kind, String name, InstanceProperties set) {
    Set<String> seen = new HashSet<>();
    if (kind.equals("configs")) {
      seen.add(name);
    }
    String base = set.getBaseConfig();
    while (base != null) {
      InstanceProperties config = settings.getConfigs().get(base);
      if (config == null || !seen.add(base)) {
        throw SettingException.of(
            property(kind, name, "base-config"),
            set.getBaseConfig(),
            config == null
                ? "one of resilience4j.circuitbreaker.configs: " + settings.getConfigs().keySet()
                : "a configuration that is not based on itself",
            GrpcBreakerDefaults.CONFIG);
      }
      base = config.getBaseConfig();
    }
    if (Boolean.TRUE.equals(set.getEnableExponentialBackoff())
        && Boolean.TRUE.equals(set.getEnableRandomizedWait())) {
      throw SettingException.of(
          property(kind, name, "enable-randomized-wait"),
          true,
          "false where enable-exponential-backoff is true",
          "false");
    }
  }

  private static String property(String kind, String name, String leaf) {
    String simple = name.matches("[A-Za-z0-9-]+") ? "." + name : "[" + name + "]";
    return PREFIX + kind + simple + "." + leaf;
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

  private static Map<String, Object> leaves(InstanceProperties set) {
    Map<String, Object> leaves = new HashMap<>();
    BeanWrapper from = PropertyAccessorFactory.forBeanPropertyAccess(set);
    for (PropertyDescriptor property : from.getPropertyDescriptors()) {
      Object value = valueOf(from, property.getName());
      if (value != null) {
        leaves.put(
            property.getName(), value instanceof Object[] many ? Arrays.asList(many) : value);
      }
    }
    return leaves;
  }

  private static InstanceProperties copy(@Nullable InstanceProperties original) {
    InstanceProperties copy = new InstanceProperties();
    if (original == null) {
      return copy;
    }
    BeanWrapper from = PropertyAccessorFactory.forBeanPropertyAccess(original);
    BeanWrapper to = PropertyAccessorFactory.forBeanPropertyAccess(copy);
    for (PropertyDescriptor property : from.getPropertyDescriptors()) {
      Object value = valueOf(from, property.getName());
      if (value != null && to.isWritableProperty(property.getName())) {
        to.setPropertyValue(property.getName(), value);
      }
    }
    return copy;
  }

  private static @Nullable Object valueOf(BeanWrapper bean, String leaf) {
    return bean.isReadableProperty(leaf) ? bean.getPropertyValue(leaf) : null;
  }
}
