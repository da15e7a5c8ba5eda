package io.grpcplatform.live;

import io.grpc.BindableService;
import io.grpcplatform.CallClock;
import io.grpcplatform.CalledServices;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import java.time.Clock;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.ConfigurableEnvironment;

/** Checks the platform's settings when the application starts, and changes them while it runs. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
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

  @Bean
  LiveHistory platformLiveHistory() {
    return new LiveHistory();
  }

  @Bean
  @Lazy(false)
  SettingsChanges platformSettingsChanges(
      ConfigurableEnvironment environment,
      LiveSettings settings,
      SettingsCheck names,
      MethodKeysCheck methods,
      LiveHistory history,
      ListableBeanFactory beans) {
    ApplicationConversionService conversion = new ApplicationConversionService();
    ApplicationConversionService.addBeans(conversion, beans, ConfigurationPropertiesBinding.VALUE);
    return new SettingsChanges(
        environment,
        settings,
        new ChangeCheck(names, methods),
        new LiveBinding(conversion),
        history,
        Clock.systemUTC());
  }

  @Bean
  LiveSection platformLiveSection(SettingsChanges changes, LiveProperties properties) {
    return new LiveSection(changes, properties);
  }

  @Bean
  EnvironmentChangeListener platformEnvironmentChangeListener(SettingsChanges changes) {
    return new EnvironmentChangeListener(changes);
  }

  @Bean
  LiveMetrics platformLiveMetrics(LiveHistory history) {
    return new LiveMetrics(history);
  }

  @Bean
  WatchLifecycle platformWatchLifecycle(
      LiveProperties properties, SettingsChanges changes, CallClock clock) {
    return new WatchLifecycle(properties.watch(), changes, clock);
  }

  /** One endpoint or the other, of one name: whether there is something to write to. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnAvailableEndpoint(endpoint = LiveEndpoint.class)
  static final class EndpointConfiguration {

    @Bean
    @ConditionalOnBooleanProperty(
        name = "platform.live.actuator.write",
        havingValue = false,
        matchIfMissing = true)
    LiveEndpoint platformLiveEndpoint(SettingsChanges changes) {
      return new LiveEndpoint(changes);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "platform.live.actuator.write")
    LiveWriteEndpoint platformLiveWriteEndpoint(SettingsChanges changes) {
      return new LiveWriteEndpoint(changes);
    }
  }
}
