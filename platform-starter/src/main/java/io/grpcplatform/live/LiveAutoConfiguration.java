package io.grpcplatform.live;

import io.grpc.BindableService;
import io.grpcplatform.CalledServices;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;

/** Checks the platform's settings when the application starts. */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "platform.live.enabled", matchIfMissing = true)
@EnableConfigurationProperties(LiveProperties.class)
public final class LiveAutoConfiguration {

  @Bean
  static SettingsCheck platformSettingsCheck(ConfigurableEnvironment environment) {
    return new SettingsCheck(environment);
  }

  @Bean
  MethodKeysCheck platformMethodKeysCheck(
      ConfigurableEnvironment environment,
      ObjectProvider<BindableService> served,
      ObjectProvider<CalledServices> called) {
    return new MethodKeysCheck(environment, served, called);
  }
}
