package io.grpcplatform.live;

import java.util.List;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Lets the watched files hold from the start: puts what they say into the environment before any
 * bean is made, and before any condition reads a property.
 */
final class LiveInitializer
    implements ApplicationContextInitializer<ConfigurableApplicationContext> {

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    ConfigurableEnvironment environment = context.getEnvironment();
    Binder binder = Binder.get(environment);
    List<String> watch =
        binder.bind("platform.live.watch", Bindable.listOf(String.class)).orElse(List.of());
    if (!watch.isEmpty() && binder.bind("platform.live.enabled", Boolean.class).orElse(true)) {
      LiveLayers.of(environment)
          .withFiles(SettingText.of(new WatchedFiles(watch).read()))
          .install(environment);
    }
  }
}
