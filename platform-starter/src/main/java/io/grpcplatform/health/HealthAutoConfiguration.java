package io.grpcplatform.health;

import io.grpc.BindableService;
import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.ServerPipeline;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.health.HealthContributorRegistry;
import org.springframework.boot.actuate.health.HealthEndpointGroups;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Lets the health service follow the application's availability and its drain. */
@AutoConfiguration(
    after = PlatformAutoConfiguration.class,
    afterName =
        "org.springframework.boot.actuate.autoconfigure.health.HealthEndpointAutoConfiguration")
@ConditionalOnBooleanProperty(name = "platform.health.enabled", matchIfMissing = true)
@EnableConfigurationProperties(HealthProperties.class)
public final class HealthAutoConfiguration {

  @Bean
  HealthNames platformHealthNames(
      HealthProperties properties,
      ObjectProvider<ApplicationAvailability> availability,
      DrainSignal drain) {
    ApplicationAvailability now = availability.getIfAvailable();
    HealthNames names =
        new HealthNames(
            now != null && now.getLivenessState() == LivenessState.CORRECT,
            now != null && now.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC,
            properties::groupOf);
    drain.subscribe(
        phase -> {
          if (phase == DrainSignal.Phase.ANNOUNCED) {
            names.announced();
          }
        });
    return names;
  }

  @Bean
  HealthSection platformHealthSection(HealthNames names) {
    return new HealthSection(names);
  }

  @Bean
  HealthServerContributor platformHealthServerContributor(
      HealthNames names,
      HealthProperties properties,
      ObjectProvider<BindableService> services,
      ObjectProvider<ServerPipeline> pipelines) {
    return new HealthServerContributor(names, properties, services, pipelines);
  }

  @Bean
  HealthMetrics platformHealthMetrics(HealthNames names) {
    return new HealthMetrics(names);
  }

  @Bean
  ApplicationListener<AvailabilityChangeEvent<?>> platformHealthAvailability(HealthNames names) {
    return new AvailabilityListener(names);
  }

  /** On where Spring Boot's health endpoint is there. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthEndpointGroups")
  static final class IndicatorsConfiguration {

    @Bean
    @ConditionalOnBean({HealthContributorRegistry.class, HealthEndpointGroups.class})
    HealthGroupsLifecycle platformHealthGroups(
        HealthContributorRegistry registry,
        HealthEndpointGroups groups,
        HealthNames names,
        HealthProperties properties,
        CallClock clock) {
      return new HealthGroupsLifecycle(registry, groups, names, properties, clock);
    }

    /** The bean's name is the indicator's: {@code grpcChannels}. */
    @Bean
    @ConditionalOnBooleanProperty(name = "platform.health.channels.enabled", matchIfMissing = true)
    GrpcChannelsHealthIndicator grpcChannelsHealthIndicator(HealthProperties properties) {
      return new GrpcChannelsHealthIndicator(properties.channels().required());
    }
  }

  /** A class, because a lambda would hide which events it listens to. */
  private static final class AvailabilityListener
      implements ApplicationListener<AvailabilityChangeEvent<?>> {

    private final HealthNames names;

    AvailabilityListener(HealthNames names) {
      this.names = names;
    }

    @Override
    public void onApplicationEvent(AvailabilityChangeEvent<?> event) {
      if (event.getState() instanceof LivenessState state) {
        names.live(state == LivenessState.CORRECT);
      } else if (event.getState() instanceof ReadinessState state) {
        names.ready(state == ReadinessState.ACCEPTING_TRAFFIC);
      }
    }
  }
}
