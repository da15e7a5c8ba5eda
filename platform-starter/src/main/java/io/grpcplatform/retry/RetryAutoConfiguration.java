package io.grpcplatform.retry;

import io.grpcplatform.CalledServices;
import io.grpcplatform.PlatformAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Retries and hedging for client calls. Comes after whatever makes the MeterRegistry, in Spring
 * Boot 3 and 4.
 */
@AutoConfiguration(
    after = PlatformAutoConfiguration.class,
    afterName = {
      "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
    })
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
  RetryClientStage platformRetryClientStage(
      RetryProperties properties,
      RetryPolicies policies,
      RetryContributor contributor,
      ObjectProvider<AttemptCounters> counters) {
    return new RetryClientStage(
        policies,
        contributor,
        new RetryBudget(properties.budget()),
        counters.getIfAvailable(() -> AttemptCounters.NONE));
  }

  @Bean
  InboundRetries platformInboundRetries() {
    return new InboundRetries();
  }

  /** Fails the start where a stub's method is to be hedged and its contract forbids it. */
  @Bean
  SmartInitializingSingleton platformRetryCheck(RetryContributor contributor) {
    return contributor::known;
  }

  /** On where Micrometer and a registry are there. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  @ConditionalOnBean(MeterRegistry.class)
  static final class MetricsConfiguration {

    @Bean
    RetryMetrics platformRetryMetrics(MeterRegistry registry) {
      return new RetryMetrics(registry);
    }
  }
}
