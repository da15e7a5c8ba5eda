package io.grpcplatform.telemetry;

import io.grpcplatform.CallClock;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Timers, spans and an access log for every call. Comes after whatever makes the MeterRegistry and
 * OpenTelemetry beans, in Spring Boot 3 and 4.
 */
@AutoConfiguration(
    after = PlatformAutoConfiguration.class,
    afterName = {
      "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.actuate.autoconfigure.opentelemetry.OpenTelemetryAutoConfiguration",
      "org.springframework.boot.actuate.autoconfigure.tracing.OpenTelemetryTracingAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration"
    })
@EnableConfigurationProperties(TelemetryProperties.class)
public final class TelemetryAutoConfiguration {

  private static final String BAGGAGE = "management.tracing.baggage.";

  @Bean
  Live<TelemetryProperties> platformTelemetrySettings(
      TelemetryProperties start, LiveSettings settings) {
    return settings.add(TelemetryProperties.class, start);
  }

  @Bean
  TelemetryParts platformTelemetry(
      Live<TelemetryProperties> settings,
      ObjectProvider<CallMeters> meters,
      ObjectProvider<CallSpans> spans,
      ObjectProvider<CallBaggage> baggage) {
    return new TelemetryParts(
        settings,
        meters.getIfAvailable(),
        spans.getIfAvailable(),
        baggage.stream().filter(CallBaggage::travels).findFirst().orElse(null),
        InstantSource.system());
  }

  @Bean
  TelemetrySection platformTelemetrySection(TelemetryParts telemetry, CallClock clock) {
    return new TelemetrySection(telemetry, clock);
  }

  @Bean
  TelemetryServerStage platformTelemetryServerStage(TelemetryParts telemetry) {
    return new TelemetryServerStage(telemetry);
  }

  @Bean
  TelemetryClientStage platformTelemetryClientStage(TelemetryParts telemetry) {
    return new TelemetryClientStage(telemetry);
  }

  @Bean
  @ConditionalOnMissingBean
  MessageTraces platformUntracedMessages() {
    return MessageTraces.none();
  }

  @Bean
  PeerServerContributor platformPeerNames() {
    return new PeerServerContributor();
  }

  /** Where OpenTelemetry is there: what travels beside traces, by Spring Boot's own list. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(OpenTelemetry.class)
  static final class BaggageConfiguration {

    @Bean
    BaggageGate platformBaggageGate(Environment environment) {
      Binder binder = Binder.get(environment);
      boolean enabled = binder.bind(BAGGAGE + "enabled", Boolean.class).orElse(true);
      return enabled
          ? new BaggageGate(
              binder
                  .bind(BAGGAGE + "remote-fields", Bindable.listOf(String.class))
                  .orElse(List.of()))
          : BaggageGate.SHUT;
    }

    @Bean
    CallBaggage platformCallBaggage(BaggageGate gate) {
      return new CallBaggage(gate);
    }
  }

  /** On where Micrometer and a registry are there. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  @ConditionalOnBean(MeterRegistry.class)
  static final class MetricsConfiguration {

    @Bean
    CallMeters platformCallMeters(MeterRegistry registry) {
      return CallMeters.in(registry);
    }
  }

  /** On where OpenTelemetry is there and Spring Boot's own switch does not turn tracing off. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(OpenTelemetry.class)
  @ConditionalOnBean(OpenTelemetry.class)
  @ConditionalOnBooleanProperty(name = "management.tracing.enabled", matchIfMissing = true)
  static final class TracingConfiguration {

    @Bean
    CallSpans platformCallSpans(OpenTelemetry openTelemetry, BaggageGate gate) {
      return new CallSpans(openTelemetry, gate);
    }

    @Bean
    TracedMessages platformMessageTraces(
        OpenTelemetry openTelemetry, Live<TelemetryProperties> settings) {
      return TracedMessages.of(
          openTelemetry, () -> settings.get().enabled() && settings.get().tracing().enabled());
    }
  }
}
