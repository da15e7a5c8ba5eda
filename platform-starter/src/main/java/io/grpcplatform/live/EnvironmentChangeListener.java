package io.grpcplatform.live;

import io.grpcplatform.SettingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.core.ResolvableType;

/**
 * Hears from Spring Cloud, where it is there, that the environment has changed. On the thread that
 * publishes the event, which gets no exception: others listen too.
 */
final class EnvironmentChangeListener implements GenericApplicationListener {

  private static final String EVENT =
      "org.springframework.cloud.context.environment.EnvironmentChangeEvent";
  private static final Logger log = LoggerFactory.getLogger(EnvironmentChangeListener.class);

  private final LiveReload settings;

  EnvironmentChangeListener(LiveReload settings) {
    this.settings = settings;
  }

  @Override
  public boolean supportsEventType(ResolvableType type) {
    return type.toClass().getName().equals(EVENT);
  }

  @Override
  public void onApplicationEvent(ApplicationEvent changed) {
    try {
      settings.reload();
    } catch (SettingException refused) {
      log.debug("Recorded already", refused);
    }
  }
}
