package io.grpcplatform.startup;

import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.StartupCheck;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** A look at the settings of all features before the server takes calls. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "platform.startup.enabled", matchIfMissing = true)
@EnableConfigurationProperties(StartupProperties.class)
public final class StartupAutoConfiguration {

  @Bean
  StartupFindings platformStartupFindings(
      ObjectProvider<StartupCheck> checks, StartupProperties properties) {
    return new StartupFindings(() -> checks.orderedStream().toList(), properties.ignore());
  }

  @Bean
  StartupLifecycle platformStartupLifecycle(
      StartupFindings findings, StartupProperties properties, LiveSettings settings) {
    settings.onChange(findings::look);
    return new StartupLifecycle(findings, properties.failOnFindings());
  }

  @Bean
  StartupSection platformStartupSection(StartupFindings findings) {
    return new StartupSection(findings);
  }
}
