package io.grpcplatform.live;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * What an environment says of the platform's settings, whichever of its sources says it. Immutable.
 *
 * @param values by name, placeholders resolved
 */
record EffectiveSettings(Map<ConfigurationPropertyName, String> values) {

  static final EffectiveSettings NONE = new EffectiveSettings(Map.of());

  /** One property that differs; null where it is not set. */
  record Difference(ConfigurationPropertyName name, @Nullable String from, @Nullable String to) {}

  EffectiveSettings {
    values = Map.copyOf(values);
  }

  /** Those whose names lie under one of {@code roots}. */
  static EffectiveSettings of(
      ConfigurableEnvironment environment, Collection<ConfigurationPropertyName> roots) {
    Map<ConfigurationPropertyName, String> values = new TreeMap<>();
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      if (source instanceof IterableConfigurationPropertySource listed) {
        for (ConfigurationPropertyName name : listed) {
          if (roots.stream().anyMatch(root -> root.isAncestorOf(name))
              && !values.containsKey(name)) {
            put(values, environment, listed.getConfigurationProperty(name));
          }
        }
      }
    }
    return new EffectiveSettings(values);
  }

  private static void put(
      Map<ConfigurationPropertyName, String> values,
      ConfigurableEnvironment environment,
      @Nullable ConfigurationProperty property) {
    if (property != null) {
      values.put(
          property.getName(), environment.resolvePlaceholders(String.valueOf(property.getValue())));
    }
  }

  /** What is not as it is in {@code later}, by name. */
  List<Difference> to(EffectiveSettings later) {
    Map<ConfigurationPropertyName, String> all = new TreeMap<>(values);
    all.putAll(later.values);
    List<Difference> differences = new ArrayList<>();
    for (ConfigurationPropertyName name : all.keySet()) {
      String from = values.get(name);
      String to = later.values.get(name);
      if (from == null || !from.equals(to)) {
        differences.add(new Difference(name, from, to));
      }
    }
    return differences;
  }
}
