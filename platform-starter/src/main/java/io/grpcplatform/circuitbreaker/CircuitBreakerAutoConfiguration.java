package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.common.CompositeCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CircuitBreakerConfigCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties;
import io.grpcplatform.CallClock;
import io.grpcplatform.CalledServices;
import io.grpcplatform.KnownChannels;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import java.util.List;
import java.util.Set;
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
  Live<CircuitBreakerProperties> platformCircuitBreakerSettings(
      CircuitBreakerProperties start, LiveSettings settings) {
    return settings.add(CircuitBreakerProperties.class, start);
  }

  @Bean
  ConfiguredBreakers platformConfiguredBreakers(
      CircuitBreakerRegistry registry,
      CommonCircuitBreakerConfigurationProperties properties,
      ObjectProvider<CompositeCustomizer<CircuitBreakerConfigCustomizer>> customizer) {
    return new ConfiguredBreakers(
        registry,
        properties,
        customizer.getIfAvailable(() -> new CompositeCustomizer<>(List.of())));
  }

  @Bean
  BreakerNamesCheck platformBreakerNamesCheck(
      CommonCircuitBreakerConfigurationProperties properties,
      Live<CircuitBreakerProperties> settings,
      ObjectProvider<KnownChannels> channels,
      CalledServices called) {
    // Those of the start: later each breaker that was used has an entry too.
    return new BreakerNamesCheck(
        properties.getInstances().keySet(),
        settings,
        channels.getIfAvailable(() -> new KnownChannels(Set.of(), true)),
        called);
  }

  @Bean
  BreakerGates platformBreakerGates(
      ConfiguredBreakers breakers,
      CircuitBreakerRegistry registry,
      ConnectBackoffs backoffs,
      CallClock clock,
      LiveSettings settings) {
    BreakerGates gates = new BreakerGates(breakers, registry, clock, backoffs::reset);
    breakers.follow(settings, gates::renew);
    return gates;
  }

  @Bean
  CircuitBreakerSection platformCircuitBreakerSection(
      Live<CircuitBreakerProperties> settings, BreakerGates gates, ConfiguredBreakers breakers) {
    return new CircuitBreakerSection(settings, gates, breakers);
  }

  @Bean
  CircuitBreakerClientStage platformCircuitBreakerClientStage(
      Live<CircuitBreakerProperties> settings,
      BreakerGates gates,
      CallClock clock,
      ObjectProvider<OutcomeClassifier> classifiers,
      ObjectProvider<CircuitBreakerFallback<?, ?>> fallbacks) {
    return new CircuitBreakerClientStage(
        settings,
        gates,
        clock,
        CircuitBreakerClientStage.CHANCE,
        classifiers.orderedStream().toList(),
        fallbacks.orderedStream().toList());
  }
}
