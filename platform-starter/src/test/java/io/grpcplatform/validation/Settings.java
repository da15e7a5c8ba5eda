package io.grpcplatform.validation;

import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The settings of a test, bound as Spring binds them, and the means to change them. */
record Settings(LiveSettings all, Live<ValidationProperties> settings) {

  static ValidationProperties of(String... pairs) {
    Map<String, String> properties = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      properties.put("platform.validation." + pairs[i], pairs[i + 1]);
    }
    return new Binder(new MapConfigurationPropertySource(properties))
        .bindOrCreate("platform.validation", ValidationProperties.class);
  }

  static Settings live(String... pairs) {
    LiveSettings all = new LiveSettings();
    return new Settings(all, all.add(ValidationProperties.class, of(pairs)));
  }

  void change(String... pairs) {
    all.apply(Map.of(settings, of(pairs)));
  }
}
