package io.grpcplatform.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /**
   * One property of the metadata.
   *
   * @param map whether it has entries of any name below it
   * @param defaultValue null where it has none
   */
  record Known(ConfigurationPropertyName name, boolean map, @Nullable String defaultValue) {}

  private final Map<ConfigurationPropertyName, Known> known = new HashMap<>();

  KnownSettings(Collection<Known> properties) {
    properties.forEach(property -> known.put(property.name(), property));
  }

  /** Reads the metadata of every jar that {@code loader} sees. */
  static KnownSettings onClasspathOf(ClassLoader loader) {
    List<Known> found = new ArrayList<>();
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

  private static void read(String json, List<Known> found) {
    Object properties = JsonParserFactory.getJsonParser().parseMap(json).get("properties");
    if (properties instanceof List<?> list) {
      for (Object entry : list) {
        if (entry instanceof Map<?, ?> property
            && property.get("name") instanceof String name
            && name.startsWith(ROOT)) {
          Object value = property.get("defaultValue");
          found.add(
              new Known(
                  ConfigurationPropertyName.of(name),
                  String.valueOf(property.get("type")).startsWith(Map.class.getName() + "<"),
                  value == null ? null : value.toString()));
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
      if (known.containsKey(up)) {
        return true;
      }
    }
    return false;
  }

  /** Whether any property lies under {@code prefix}. */
  boolean knowsUnder(ConfigurationPropertyName prefix) {
    return known.keySet().stream().anyMatch(prefix::isAncestorOf);
  }

  /** Every name that {@code name} may have been meant as; the keys of maps are taken from it. */
  List<String> like(ConfigurationPropertyName name) {
    List<String> names = new ArrayList<>();
    for (Known property : known.values()) {
      int length = property.name().getNumberOfElements();
      names.add(
          property.map() && name.getNumberOfElements() > length
              ? property.name().append(name.subName(length)).toString()
              : property.name().toString());
    }
    return names;
  }

  /** The default of a property, or null where it has none. */
  @Nullable String defaultOf(ConfigurationPropertyName name) {
    Known property = known.get(name);
    return property == null ? null : property.defaultValue();
  }
}
