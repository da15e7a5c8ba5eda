package io.grpcplatform.retry;

import io.grpcplatform.CalledServices;
import io.grpcplatform.PlatformAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Retries and hedging for client calls. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "platform.retry.enabled", matchIfMissing = true)
@EnableConfigurationProperties(RetryProperties.class)
public final class RetryAutoConfiguration {

  @Bean
  RetryPolicies platformRetryPolicies(RetryProperties properties) {
    return new RetryPolicies(properties);
  }

  @Bean
  RetryContributor platformRetryContributor(
      RetryProperties properties, RetryPolicies policies, CalledServices services) {
    return new RetryContributor(properties, policies, services);
  }

  @Bean
  RetryBudget platformRetryBudget(RetryProperties properties) {
    return new RetryBudget(properties.budget());
  }

  @Bean
  RetryClientStage platformRetryClientStage(
      RetryPolicies policies,
      RetryContributor contributor,
      RetryBudget budget,
      ObjectProvider<AttemptCounters> counters) {
    return new RetryClientStage(
        policies, contributor, budget, counters.getIfAvailable(() -> AttemptCounters.NONE));
  }

  @Bean
  RetryServerStage platformRetryServerStage() {
    return new RetryServerStage();
  }

  /** Fails the start where a stub's method is to be hedged and its contract forbids it. */
  @Bean
  SmartInitializingSingleton platformRetryCheck(RetryContributor contributor) {
    return contributor::known;
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
