package io.grpcplatform.inspect;

import io.grpcplatform.InspectedSection;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/** Shows every {@link InspectedSection} bean at one actuator endpoint. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "platform.inspect.enabled", matchIfMissing = true)
@EnableConfigurationProperties(InspectProperties.class)
public final class InspectAutoConfiguration {

  /** On where the endpoint is exposed. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnAvailableEndpoint(endpoint = InspectEndpoint.class)
  static final class EndpointConfiguration {

    @Bean
    InspectEndpoint platformInspectEndpoint(
        ObjectProvider<InspectedSection> sections,
        LiveSettings settings,
        ConfigurableEnvironment environment,
        ObjectProvider<SanitizingFunction> masking) {
      return new InspectEndpoint(
          new Inspection(
              () -> sections.stream().toList(),
              settings,
              () -> new SettingPlaces(environment, masking.orderedStream().toList())::found,
              InstantSource.system()));
    }
  }
}
