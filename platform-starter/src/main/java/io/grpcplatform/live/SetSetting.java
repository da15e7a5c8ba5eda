package io.grpcplatform.live;

import io.grpcplatform.NearestName;
import io.grpcplatform.SettingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * One {@code platform.} property as somebody has written it.
 *
 * @param name the name as written, slashes and brackets included
 * @param value what it was set to
 */
record SetSetting(String name, @Nullable Object value) {

  /**
   * Where others put names of their own, so that an unknown one means nothing; as in the binder.
   */
  private static final Set<String> SHARED =
      Set.of(
          StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
          StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);

  private static final Pattern SECRET =
      Pattern.compile(".*(password|secret|(?<!max-)token(?!-ratio)|key|credential).*");

  /** Names that somebody gave: of a method or of a channel. */
  private static final Pattern GIVEN = Pattern.compile("\\[[^\\]]*]|(?<=\\.channels)\\.[^.]+");

  private static final Pattern USER = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)[^/\\s]*@");

  /** Every property under {@code platform.} that files, arguments and the like have set. */
  static List<SetSetting> in(ConfigurableEnvironment environment) {
    List<SetSetting> found = new ArrayList<>();
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> files
          && !SHARED.contains(source.getName())) {
        for (String name : files.getPropertyNames()) {
          if (name.startsWith(KnownSettings.ROOT)) {
            found.add(new SetSetting(name, files.getProperty(name)));
          }
        }
      }
    }
    return found;
  }

  /** What to say of a name that nothing reads. */
  SettingException unknown(@Nullable String nearest) {
    String value = String.valueOf(shown());
    return nearest != null && NearestName.plausible(name, nearest)
        ? SettingException.instead(
            name, shown(), "a property that exists; the nearest is " + nearest, nearest, value)
        : new SettingException(
            name,
            shown(),
            "a property that exists; this version has none of that name",
            "# nothing reads it: remove " + name);
  }

  /** The value as a message may show it. */
  Object shown() {
    if (value == null) {
      return "";
    }
    String asked = GIVEN.matcher(name).replaceAll("").toLowerCase(Locale.ROOT);
    if (SECRET.matcher(asked).matches()) {
      return "******";
    }
    return value instanceof String text && text.contains("@")
        ? USER.matcher(text).replaceAll("$1******@")
        : value;
  }
}
