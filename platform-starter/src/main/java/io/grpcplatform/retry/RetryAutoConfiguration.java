package io.grpcplatform.retry;

import io.grpcplatform.CallClock;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.CallTimes;
import io.grpcplatform.CalledServices;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Retries and hedging for client calls. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@EnableConfigurationProperties(RetryProperties.class)
public final class RetryAutoConfiguration {

  /** Where nobody sets deadlines. */
  private static final CallTimes UNLIMITED =
      (key, method) -> new CallTimes.Limit(Duration.ZERO, "");

  @Bean
  Live<RetryProperties> platformRetrySettings(RetryProperties start, LiveSettings settings) {
    return settings.add(RetryProperties.class, start);
  }

  @Bean(destroyMethod = "close")
  HedgeDelays platformHedgeDelays(CallLatencies latencies, CallClock clock, LiveSettings settings) {
    return new HedgeDelays(latencies, clock, settings::changed);
  }

  @Bean
  RetryContributor platformRetryContributor(
      Live<RetryProperties> settings, HedgeDelays delays, CalledServices services) {
    new RetryPolicies(settings.get(), delays).check();
    RetryContributor contributor = new RetryContributor(settings, delays, services);
    settings
        .check(next -> new RetryPolicies(next, delays).check())
        .check(next -> contributor.known("", next))
        .onChange(now -> delays.forget())
        .onChange(now -> contributor.settingsChanged());
    return contributor;
  }

  @Bean
  RetryBudget platformRetryBudget(Live<RetryProperties> settings) {
    return new RetryBudget(() -> settings.get().budget());
  }

  @Bean
  RetryClientStage platformRetryClientStage(
      Live<RetryProperties> settings,
      RetryContributor contributor,
      RetryBudget budget,
      HedgeDelays delays,
      CallLatencies latencies,
      ObjectProvider<AttemptCounters> counters) {
    return new RetryClientStage(
        new RetryClientStage.Shared(
            settings,
            contributor,
            budget,
            delays,
            latencies,
            counters.getIfAvailable(() -> AttemptCounters.NONE)));
  }

  @Bean
  RetrySection platformRetrySection(
      Live<RetryProperties> settings,
      RetryContributor contributor,
      RetryBudget budget,
      HedgeDelays delays) {
    return new RetrySection(settings, contributor, budget, delays);
  }

  @Bean
  RetryServerStage platformRetryServerStage(Live<RetryProperties> settings) {
    return new RetryServerStage(settings);
  }

  /** Fails the start where the contract of a stub's method cannot be used. */
  @Bean
  SmartInitializingSingleton platformRetryContractCheck(
      Live<RetryProperties> settings, RetryContributor contributor) {
    return () -> contributor.known("", settings.get());
  }

  @Bean
  PauseCheck platformPauseCheck(
      Live<RetryProperties> settings,
      HedgeDelays delays,
      CalledServices services,
      ObjectProvider<CallTimes> times) {
    return new PauseCheck(settings, delays, services, times.getIfAvailable(() -> UNLIMITED));
  }

  /** On where Micrometer is there; Spring Boot hands it the registry. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "io.micrometer.core.instrument.binder.MeterBinder")
  static final class MetricsConfiguration {

    @Bean
    RetryMetrics platformRetryMetrics() {
      return new RetryMetrics();
    }
  }
}
