package io.grpcplatform.deadline;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Deadline settings bound from properties, as an application has them. */
final class Settings {

  private Settings() {}

  /** Settings with {@code pairs} of property (after {@code platform.deadline.}) and value. */
  static DeadlineProperties of(String... pairs) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put("platform.deadline." + pairs[i], pairs[i + 1]);
    }
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("platform.deadline", DeadlineProperties.class);
  }
}
