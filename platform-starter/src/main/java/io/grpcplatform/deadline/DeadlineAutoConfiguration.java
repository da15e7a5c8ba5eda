package io.grpcplatform.deadline;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.CalledServices;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.PlatformAutoConfiguration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Deadlines on both sides of every call. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@EnableConfigurationProperties(DeadlineProperties.class)
public final class DeadlineAutoConfiguration {

  @Bean
  Live<DeadlineProperties> platformDeadlineSettings(
      DeadlineProperties start, LiveSettings settings) {
    return settings.add(DeadlineProperties.class, start);
  }

  @Bean
  DeadlineTimes platformDeadlineTimes(Live<DeadlineProperties> settings) {
    return new DeadlineTimes(settings);
  }

  @Bean
  StreamLimitsCheck platformStreamLimitsCheck(Live<DeadlineProperties> settings) {
    return new StreamLimitsCheck(settings);
  }

  @Bean
  StreamWatches platformStreamWatches(
      CallClock clock, ObjectProvider<MessageCorrelation> correlations) {
    return new StreamWatches(
        clock,
        ThreadLocalRandom::current,
        correlations.stream()
            .collect(Collectors.toUnmodifiableMap(MessageCorrelation::method, each -> each)));
  }

  @Bean
  AdaptiveDeadlines platformAdaptiveDeadlines(
      Live<DeadlineProperties> settings,
      CallLatencies latencies,
      CallClock clock,
      ObjectProvider<DeadlineMeters> meters) {
    return new AdaptiveDeadlines(
        settings, latencies, clock, meters.getIfAvailable(() -> DeadlineMeters.NONE));
  }

  @Bean
  DeadlineClientStage platformDeadlineClientStage(
      Live<DeadlineProperties> settings, StreamWatches watches, AdaptiveDeadlines adaptive) {
    return new DeadlineClientStage(settings, watches, adaptive);
  }

  @Bean
  DeadlineServerStage platformDeadlineServerStage(
      Live<DeadlineProperties> settings,
      StreamWatches watches,
      ObjectProvider<DeadlineMeters> meters) {
    return new DeadlineServerStage(
        settings, watches, meters.getIfAvailable(() -> DeadlineMeters.NONE));
  }

  @Bean
  DeadlineSection platformDeadlineSection(
      Live<DeadlineProperties> settings, StreamWatches watches, AdaptiveDeadlines adaptive) {
    return new DeadlineSection(settings, watches, adaptive);
  }

  /** Fails the start where the contract of a stub's method cannot be used. */
  @Bean
  SmartInitializingSingleton platformDeadlineCheck(CalledServices services) {
    return () ->
        services
            .all()
            .forEach(service -> service.getMethods().forEach(DeadlineAutoConfiguration::read));
  }

  private static void read(MethodDescriptor<?, ?> method) {
    MethodPolicy.of(method);
  }

  /** On where Micrometer is there; Spring Boot hands it the registry. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "io.micrometer.core.instrument.binder.MeterBinder")
  static final class MetricsConfiguration {

    @Bean
    DeadlineMetrics platformDeadlineMetrics() {
      return new DeadlineMetrics();
    }
  }
}
