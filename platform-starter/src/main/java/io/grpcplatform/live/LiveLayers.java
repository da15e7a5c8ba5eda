package io.grpcplatform.live;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * What was set while the application runs: two property sources above all others, that of the
 * actuator above that of the watched files. Immutable.
 *
 * @param files by name, as the watched files have it, with the lines they are from
 * @param actuator by name, as it was set through the endpoint
 */
record LiveLayers(Map<String, Object> files, Map<String, Object> actuator) {

  private static final String FILES = "platform.live files";
  private static final String ACTUATOR = "platform.live actuator";

  /** Spring Boot's own adapter of all the others, which has to stay in front. */
  private static final String ATTACHED = "configurationProperties";

  LiveLayers {
    files = Map.copyOf(files);
    actuator = Map.copyOf(actuator);
  }

  /** Those of an environment; empty where it has none yet. */
  static LiveLayers of(ConfigurableEnvironment environment) {
    MutablePropertySources sources = environment.getPropertySources();
    return new LiveLayers(content(sources.get(FILES)), content(sources.get(ACTUATOR)));
  }

  private static Map<String, Object> content(PropertySource<?> source) {
    return source instanceof MapPropertySource map ? map.getSource() : Map.of();
  }

  LiveLayers withFiles(Map<String, Object> other) {
    return new LiveLayers(other, actuator);
  }

  LiveLayers withActuator(Map<String, Object> other) {
    return new LiveLayers(files, other);
  }

  /** Both as one, as the environment sees them. */
  Map<String, Object> together() {
    Map<String, Object> all = new LinkedHashMap<>(files);
    all.putAll(actuator);
    return all;
  }

  /** Puts these in the place of those that the environment has. */
  void install(ConfigurableEnvironment environment) {
    MutablePropertySources sources = environment.getPropertySources();
    put(sources, new OriginTrackedMapPropertySource(FILES, files, true));
    put(sources, new MapPropertySource(ACTUATOR, actuator));
  }

  private static void put(MutablePropertySources sources, MapPropertySource layer) {
    if (sources.contains(layer.getName())) {
      sources.replace(layer.getName(), layer);
    } else if (sources.contains(ATTACHED)) {
      sources.addAfter(ATTACHED, layer);
    } else {
      sources.addFirst(layer);
    }
  }

  /** What {@code environment} would say with these layers; itself stays as it is. */
  ConfigurableEnvironment candidate(ConfigurableEnvironment environment) {
    StandardEnvironment candidate = new StandardEnvironment();
    MutablePropertySources sources = candidate.getPropertySources();
    sources.stream().map(PropertySource::getName).toList().forEach(sources::remove);
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (!source.getName().equals(ATTACHED)) {
        sources.addLast(source);
      }
    }
    install(candidate);
    ConfigurationPropertySources.attach(candidate);
    return candidate;
  }
}
