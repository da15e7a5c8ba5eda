package io.grpcplatform.live;

import io.grpcplatform.SettingException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

/**
 * Settings as somebody wrote them, read whole or not at all. What cannot be read is never quoted:
 * it may be a secret.
 */
final class SettingText {

  /** What to correct: not one property, but the text that has them all. */
  private static final String PROPERTY = "platform.*";

  private static final Pattern LINE = Pattern.compile("line (\\d+)");
  private static final Pattern TWICE = Pattern.compile("found duplicate key ([\\w.\\[\\]/*-]+)");

  private SettingText() {}

  /** A file whose format tells no lines. */
  private record FileOrigin(String path) implements Origin {
    @Override
    public String toString() {
      return path;
    }
  }

  /**
   * The properties of all files, each of them in one place only; every value knows which.
   *
   * @throws SettingException if one of them cannot be read
   */
  static Map<String, Object> of(WatchedFiles.Content content) {
    if (content.failure() != null) {
      throw wrong(content.failure(), "files that can be read");
    }
    Map<String, Object> all = new LinkedHashMap<>();
    Map<ConfigurationPropertyName, String> places = new HashMap<>();
    for (WatchedFiles.Read file : content.files()) {
      Map<String, Object> properties = of(file);
      for (String name : properties.keySet()) {
        String other = places.put(ConfigurationPropertyName.adapt(name, '.'), file.path());
        if (other != null) {
          throw wrong(
              file.path()
                  + " sets "
                  + name
                  + (other.equals(file.path()) ? " twice" : " as " + other + " does"),
              "each property once");
        }
      }
      all.putAll(properties);
    }
    return all;
  }

  private static Map<String, Object> of(WatchedFiles.Read file) {
    String text = decoded(file);
    if (file.name().endsWith(".yml") || file.name().endsWith(".yaml")) {
      return yaml(file.path(), text, SettingText::tracked);
    }
    if (file.name().endsWith(".properties")) {
      return withOrigin(file, properties(file.path(), text));
    }
    if (!file.named()) {
      throw wrong(file.path(), "a file .yml, .yaml or .properties, or a directory");
    }
    return withOrigin(file, Map.of(file.name(), text.stripTrailing()));
  }

  private static Map<String, Object> withOrigin(WatchedFiles.Read file, Map<String, Object> all) {
    Map<String, Object> tracked = new LinkedHashMap<>();
    FileOrigin origin = new FileOrigin(file.path());
    all.forEach((name, value) -> tracked.put(name, OriginTrackedValue.of(value, origin)));
    return tracked;
  }

  private static Object tracked(PropertySource<?> document, String name) {
    Object value = document.getProperty(name);
    return OriginTrackedValue.of(
        value == null ? "" : value, OriginLookup.getOrigin(document, name));
  }

  private static String decoded(WatchedFiles.Read file) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(file.bytes().duplicate()).toString();
    } catch (CharacterCodingException wrong) {
      throw wrong(file.path() + " is not UTF-8", "text in UTF-8");
    }
  }

  /**
   * The properties of a YAML text.
   *
   * @param place what to call it in a message
   * @throws SettingException if it cannot be read
   */
  static Map<String, Object> yaml(String place, String text) {
    return yaml(
        place,
        text,
        (document, name) -> {
          Object value = document.getProperty(name);
          return value == null ? "" : value;
        });
  }

  private static Map<String, Object> yaml(
      String place, String text, BiFunction<PropertySource<?>, String, Object> read) {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (PropertySource<?> document : documents(place, text)) {
      for (String name : ((EnumerablePropertySource<?>) document).getPropertyNames()) {
        properties.put(name, read.apply(document, name));
      }
    }
    return properties;
  }

  private static List<PropertySource<?>> documents(String place, String text) {
    List<PropertySource<?>> documents;
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      documents = new YamlPropertySourceLoader().load(place, new ByteArrayResource(bytes, place));
    } catch (IOException | RuntimeException refused) {
      throw wrong(place + " is not YAML" + where(refused), "YAML");
    }
    if (documents.size() > 1) {
      throw wrong(place + " has " + documents.size() + " YAML documents", "one");
    }
    return documents;
  }

  private static String where(Exception refused) {
    String message = String.valueOf(refused.getMessage());
    StringBuilder where = new StringBuilder();
    Matcher line = LINE.matcher(message);
    String last = null;
    while (line.find()) {
      last = line.group(1);
    }
    if (last != null) {
      where.append(", line ").append(last);
    }
    Matcher twice = TWICE.matcher(message);
    return twice.find()
        ? where.append(": ").append(twice.group(1)).append(" is there twice").toString()
        : where.toString();
  }

  private static Map<String, Object> properties(String place, String text) {
    Map<String, Object> properties = new LinkedHashMap<>();
    try {
      new Once(place, properties).load(new StringReader(text));
    } catch (IOException | IllegalArgumentException refused) {
      if (refused instanceof SettingException twice) {
        throw twice;
      }
      throw wrong(place + " is not a properties file", "one property per line");
    }
    return properties;
  }

  /** Java's own reader of such files, which alone would let the last of two win. */
  private static final class Once extends Properties {
    private static final long serialVersionUID = 1L;
    private final transient String place;
    private final transient Map<String, Object> into;

    Once(String place, Map<String, Object> into) {
      this.place = place;
      this.into = into;
    }

    @Override
    public synchronized Object put(Object key, Object value) {
      if (into.put(key.toString(), value) != null) {
        throw wrong(place + " sets " + key + " twice", "each property once");
      }
      return value;
    }
  }

  private static SettingException wrong(String seen, String expected) {
    return new SettingException(
        PROPERTY, seen, expected, "# nothing of it is taken until this is corrected");
  }
}
