package io.grpcplatform.client;

import io.grpcplatform.KnownChannels;
import io.grpcplatform.NearestName;
import io.grpcplatform.StartupCheck;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;

/**
 * Finds settings by channel, of any feature, for a channel that does not exist. Variables of the
 * environment are left out: their names tell no dash from a dot.
 */
final class ChannelNamesCheck implements StartupCheck, EnvironmentAware {

  private static final Pattern BY_CHANNEL =
      Pattern.compile(
          "(platform\\.(?!client\\.)[\\w.-]+?\\.channels)(?:\\.([^.\\[]+)|\\[([^]]+)])(.*)");

  private final KnownChannels channels;
  private @Nullable ConfigurableEnvironment environment;

  ChannelNamesCheck(KnownChannels channels) {
    this.channels = channels;
  }

  @Override
  public void setEnvironment(Environment given) {
    environment = given instanceof ConfigurableEnvironment configurable ? configurable : null;
  }

  @Override
  public List<Finding> findings() {
    ConfigurableEnvironment given = environment;
    if (channels.others() || given == null) {
      return List.of();
    }
    Map<String, Finding> found = new LinkedHashMap<>();
    for (PropertySource<?> source : given.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> files) {
        for (String name : files.getPropertyNames()) {
          Matcher set = BY_CHANNEL.matcher(name);
          if (set.matches() && !channels.names().contains(channel(set))) {
            found.putIfAbsent(
                set.group(1) + channel(set),
                finding(set, name, String.valueOf(files.getProperty(name))));
          }
        }
      }
    }
    return List.copyOf(found.values());
  }

  private static String channel(Matcher set) {
    return set.group(2) == null ? set.group(3) : set.group(2);
  }

  private Finding finding(Matcher set, String name, String value) {
    String problem =
        "There is no channel \""
            + channel(set)
            + "\", so this setting does nothing; there are: "
            + (channels.names().isEmpty()
                ? "none"
                : String.join(", ", channels.names().stream().sorted().toList()))
            + ".";
    String meant = NearestName.slip(channel(set), channels.names());
    return meant == null
        ? Finding.remove("unknown-channel", name, problem)
        : Finding.instead(
            "unknown-channel", name, problem, set.group(1) + "." + meant + set.group(4), value);
  }
}
