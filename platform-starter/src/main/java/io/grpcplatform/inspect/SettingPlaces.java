package io.grpcplatform.inspect;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.boot.origin.SystemEnvironmentOrigin;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/**
 * Where in the environment of this moment properties are set: in which line of which file, in which
 * environment variable, on the command line. Each property is looked for once: thousands of methods
 * may share it. Threading: one thread.
 */
final class SettingPlaces {

  private static final Pattern NAMED = Pattern.compile("(class path resource )?.*?\\[(.+?)].*");

  private final List<ConfigurationPropertySource> sources = new ArrayList<>();
  private final Map<String, Optional<Where>> known = new HashMap<>();
  private final Sanitizer sanitizer;

  private record Where(ConfigurationPropertySource source, String text) {}

  /**
   * The places of the environment.
   *
   * @param masking the user's functions, which may mask a value by its property and source
   */
  SettingPlaces(ConfigurableEnvironment environment, List<SanitizingFunction> masking) {
    ConfigurationPropertySources.get(environment).forEach(sources::add);
    this.sanitizer = new Sanitizer(masking);
  }

  /**
   * The place that sets a property.
   *
   * @param value what the property is shown with
   * @return null where nobody sets it
   */
  @Nullable Place found(String property, Object value) {
    return known
        .computeIfAbsent(property, this::where)
        .map(where -> new Place(where.text(), masked(where.source(), property, value)))
        .orElse(null);
  }

  private Optional<Where> where(String property) {
    if (!ConfigurationPropertyName.isValid(property)) {
      return Optional.empty();
    }
    ConfigurationPropertyName name = ConfigurationPropertyName.of(property);
    for (ConfigurationPropertySource source : sources) {
      ConfigurationProperty set = first(source, name);
      if (set != null) {
        return Optional.of(new Where(source, text(set, source)));
      }
    }
    return Optional.empty();
  }

  /** The property, the first of a list, or the first of what has others below it. */
  private static @Nullable ConfigurationProperty first(
      ConfigurationPropertySource source, ConfigurationPropertyName name) {
    ConfigurationProperty own = source.getConfigurationProperty(name);
    if (own != null || !(source instanceof IterableConfigurationPropertySource listed)) {
      return own;
    }
    return listed.stream()
        .filter(name::isAncestorOf)
        .findFirst()
        .map(source::getConfigurationProperty)
        .orElse(null);
  }

  private Object masked(ConfigurationPropertySource source, String property, Object value) {
    PropertySource<?> under =
        source.getUnderlyingSource() instanceof PropertySource<?> known ? known : null;
    Object sanitized = sanitizer.sanitize(new SanitizableData(under, property, value), true);
    return sanitized == null ? "" : sanitized;
  }

  private static String text(ConfigurationProperty set, ConfigurationPropertySource source) {
    Origin origin = set.getOrigin();
    if (origin instanceof PropertySourceOrigin named && named.getOrigin() != null) {
      origin = named.getOrigin();
    }
    if (origin instanceof TextResourceOrigin file) {
      return text(file);
    }
    if (origin instanceof SystemEnvironmentOrigin variable) {
      return "environment variable " + variable.getProperty();
    }
    if (origin != null && !(origin instanceof PropertySourceOrigin)) {
      return origin.toString();
    }
    return source.getUnderlyingSource() instanceof PropertySource<?> under
        ? word(under.getName())
        : "unknown";
  }

  /** {@code application.yml:12}, as editors and compilers write it. */
  private static String text(TextResourceOrigin origin) {
    String file = origin.getResource() == null ? "" : origin.getResource().getDescription();
    Matcher named = NAMED.matcher(file);
    if (named.matches()) {
      file = (named.group(1) == null ? "" : "classpath:") + named.group(2);
    }
    file = file.startsWith("file:") ? file.substring("file:".length()) : file;
    TextResourceOrigin.Location location = origin.getLocation();
    return location == null ? file : file + ":" + (location.getLine() + 1);
  }

  private static String word(String source) {
    return switch (source) {
      case "commandLineArgs" -> "command line";
      case "systemProperties" -> "system property";
      case "platform.live actuator" -> "actuator";
      default -> source;
    };
  }
}
