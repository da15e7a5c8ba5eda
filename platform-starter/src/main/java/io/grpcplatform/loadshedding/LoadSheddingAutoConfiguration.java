package io.grpcplatform.loadshedding;

import io.grpcplatform.CallClock;
import io.grpcplatform.PlatformAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Load shedding on the server, and priorities on every channel. */
@AutoConfiguration(
    after = PlatformAutoConfiguration.class,
    afterName = {
      "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
    })
@ConditionalOnBooleanProperty(name = "platform.loadshedding.enabled", matchIfMissing = true)
@EnableConfigurationProperties(LoadSheddingProperties.class)
public final class LoadSheddingAutoConfiguration {

  @Bean
  LoadGate platformLoadGate(LoadSheddingProperties properties) {
    return new LoadGate(
        AdaptiveLimit.of(
            properties.algorithm(), properties.initialLimit(), properties.maxLimit()),
        properties.priorities().shares(),
        CpuUse.ofProcess(System.nanoTime()));
  }

  @Bean
  LoadSheddingServerStage platformLoadSheddingServerStage(
      LoadSheddingProperties properties, LoadGate gate, CallClock clock) {
    return new LoadSheddingServerStage(
        properties, gate, new Overload(ThreadLocalRandom::current), clock);
  }

  @Bean
  PriorityChannelContributor platformPriorityChannelContributor() {
    return new PriorityChannelContributor();
  }

  /** On where Micrometer and a registry are there. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  @ConditionalOnBean(MeterRegistry.class)
  static final class MetricsConfiguration {

    @Bean
    LoadSheddingMetrics platformLoadSheddingMetrics(
        LoadSheddingProperties properties, LoadGate gate, MeterRegistry registry) {
      return new LoadSheddingMetrics(gate, properties.mode(), registry);
    }
  }
}
