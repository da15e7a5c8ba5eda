package io.grpcplatform.loadshedding;

import io.grpcplatform.CallClock;
import io.grpcplatform.PlatformAutoConfiguration;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Load shedding on the server, and priorities on every channel. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "platform.loadshedding.enabled", matchIfMissing = true)
@EnableConfigurationProperties(LoadSheddingProperties.class)
public final class LoadSheddingAutoConfiguration {

  @Bean
  LoadGate platformLoadGate(LoadSheddingProperties properties) {
    return new LoadGate(
        AdaptiveLimit.of(properties.algorithm(), properties.initialLimit(), properties.maxLimit()),
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

  @Bean
  LoadSheddingMetrics platformLoadSheddingMetrics(
      LoadSheddingProperties properties, LoadGate gate) {
    return new LoadSheddingMetrics(gate, properties.mode());
  }
}
