package io.grpcplatform.lifecycle;

import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.DrainSignal.Phase;
import io.grpcplatform.PlatformAutoConfiguration;
import java.util.random.RandomGenerator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Keeps track of the calls in flight and ends them in good order when the server drains. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "platform.lifecycle.enabled", matchIfMissing = true)
@EnableConfigurationProperties(LifecycleProperties.class)
public final class LifecycleAutoConfiguration {

  @Bean
  DrainRecord platformDrainRecord() {
    return new DrainRecord();
  }

  @Bean
  LifecycleServerStage platformLifecycleServerStage(
      LifecycleProperties properties,
      DrainSignal signal,
      CallClock clock,
      DrainRecord record,
      ApplicationContext context) {
    // Spring itself refuses traffic only where there is a web server.
    signal.subscribe(
        phase -> {
          if (phase == Phase.ANNOUNCED) {
            AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
          }
        });
    return LifecycleServerStage.on(
        signal, clock, RandomGenerator.getDefault(), properties.streamSpread(), record);
  }

  /** On where Micrometer is there; Spring Boot hands it the registry. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "io.micrometer.core.instrument.binder.MeterBinder")
  static final class MetricsConfiguration {

    @Bean
    LifecycleMetrics platformLifecycleMetrics(DrainSignal signal, DrainRecord record) {
      return new LifecycleMetrics(signal, record);
    }
  }

  @Bean
  LifecycleSection platformLifecycleSection(
      LifecycleServerStage stage, DrainSignal signal, CallClock clock) {
    return new LifecycleSection(stage.calls(), signal, clock);
  }
}
