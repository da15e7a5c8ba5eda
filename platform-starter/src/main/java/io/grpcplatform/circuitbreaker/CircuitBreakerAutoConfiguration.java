package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.common.CompositeCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CircuitBreakerConfigCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties;
import io.grpcplatform.CallClock;
import io.grpcplatform.PlatformAutoConfiguration;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Circuit breakers around client calls, from resilience4j's own registry. */
@AutoConfiguration(
    after = PlatformAutoConfiguration.class,
    afterName = {
      "io.github.resilience4j.springboot3.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration",
      "io.github.resilience4j.springboot4.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration"
    })
@ConditionalOnClass({
  CircuitBreakerRegistry.class,
  CommonCircuitBreakerConfigurationProperties.class
})
@ConditionalOnBean({
  CircuitBreakerRegistry.class,
  CommonCircuitBreakerConfigurationProperties.class
})
@EnableConfigurationProperties(CircuitBreakerProperties.class)
public final class CircuitBreakerAutoConfiguration {

  @Bean
  static GrpcBreakerSettings platformGrpcBreakerSettings(Environment environment) {
    return new GrpcBreakerSettings(environment);
  }

  @Bean
  ConnectBackoffs platformConnectBackoffs() {
    return new ConnectBackoffs();
  }

  @Bean
  CircuitBreakerClientStage platformCircuitBreakerClientStage(
      CircuitBreakerProperties properties,
      CircuitBreakerRegistry registry,
      CommonCircuitBreakerConfigurationProperties settings,
      ObjectProvider<CompositeCustomizer<CircuitBreakerConfigCustomizer>> customizer,
      ConnectBackoffs backoffs,
      CallClock clock) {
    ConfiguredBreakers breakers =
        new ConfiguredBreakers(
            registry,
            settings,
            customizer.getIfAvailable(() -> new CompositeCustomizer<>(List.of())));
    return new CircuitBreakerClientStage(
        properties, breakers::of, registry, clock, backoffs::reset);
  }
}
