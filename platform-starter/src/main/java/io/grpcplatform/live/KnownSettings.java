package io.grpcplatform.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.json.JsonParserFactory;

/**
 * Every {@code platform.} property there is, by the configuration metadata on the classpath: also
 * those of features that are switched off.
 */
final class KnownSettings {

  static final String ROOT = "platform.";

  private static final String METADATA = "META-INF/spring-configuration-metadata.json";

  private final Map<ConfigurationPropertyName, String> names = new HashMap<>();
  private final Map<String, String> defaults = new TreeMap<>();

  /**
   * The settings of these names.
   *
   * @param defaults by name; empty where there is none
   */
  KnownSettings(Map<String, String> defaults) {
    this.defaults.putAll(defaults);
    defaults.keySet().forEach(name -> names.put(ConfigurationPropertyName.of(name), name));
  }

  /** Reads the metadata of every jar that {@code loader} sees. */
  static KnownSettings onClasspathOf(ClassLoader loader) {
    Map<String, String> found = new HashMap<>();
    try {
      for (URL file : Collections.list(loader.getResources(METADATA))) {
        try (InputStream stream = file.openStream()) {
          String json = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          if (json.contains('"' + ROOT)) {
            read(json, found);
          }
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(METADATA + " cannot be read", unreadable);
    }
    return new KnownSettings(found);
  }

  private static void read(String json, Map<String, String> found) {
    Object properties = JsonParserFactory.getJsonParser().parseMap(json).get("properties");
    if (properties instanceof List<?> list) {
      for (Object entry : list) {
        if (entry instanceof Map<?, ?> property
            && property.get("name") instanceof String name
            && name.startsWith(ROOT)) {
          Object value = property.get("defaultValue");
          found.put(name, value == null ? "" : value.toString());
        }
      }
    }
  }

  /**
   * Whether a property of that name is bound, as itself or as an entry of a map or a list. What is
   * inside an entry only the binder knows.
   */
  boolean knows(ConfigurationPropertyName name) {
    for (ConfigurationPropertyName up = name; !up.isEmpty(); up = up.getParent()) {
      if (names.containsKey(up)) {
        return true;
      }
    }
    return false;
  }

  /** Whether any property lies under {@code prefix}. */
  boolean knowsUnder(String prefix) {
    return defaults.keySet().stream().anyMatch(name -> name.startsWith(prefix + "."));
  }

  Set<String> all() {
    return Collections.unmodifiableSet(defaults.keySet());
  }

  /** The default of a property, or null where it has none. */
  @Nullable String defaultOf(String name) {
    String value = defaults.get(name);
    return value == null || value.isEmpty() ? null : value;
  }
}
