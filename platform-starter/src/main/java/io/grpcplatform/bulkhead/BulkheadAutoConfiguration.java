package io.grpcplatform.bulkhead;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Bulkheads around client calls, in resilience4j's own registry where there is one: its meters and
 * its actuator endpoint show them.
 */
@AutoConfiguration(
    after = PlatformAutoConfiguration.class,
    afterName = {
      "io.github.resilience4j.springboot3.bulkhead.autoconfigure.BulkheadAutoConfiguration",
      "io.github.resilience4j.springboot4.bulkhead.autoconfigure.BulkheadAutoConfiguration"
    })
@ConditionalOnClass(BulkheadRegistry.class)
@EnableConfigurationProperties(BulkheadProperties.class)
public final class BulkheadAutoConfiguration {

  @Bean
  Live<BulkheadProperties> platformBulkheadSettings(
      BulkheadProperties start, LiveSettings settings) {
    return settings.add(BulkheadProperties.class, start);
  }

  @Bean
  BulkheadClientStage platformBulkheadClientStage(
      Live<BulkheadProperties> settings, ObjectProvider<BulkheadRegistry> registry) {
    return new BulkheadClientStage(
        settings::get, registry.getIfAvailable(BulkheadRegistry::ofDefaults));
  }

  @Bean
  BulkheadSection platformBulkheadSection(
      Live<BulkheadProperties> settings, BulkheadClientStage stage) {
    return new BulkheadSection(settings, stage);
  }
}
