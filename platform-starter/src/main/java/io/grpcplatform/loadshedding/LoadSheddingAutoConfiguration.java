package io.grpcplatform.loadshedding;

import io.grpcplatform.CallClock;
import io.grpcplatform.CallPools;
import io.grpcplatform.CriticalCalls;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Load shedding on the server, and priorities on every channel. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@EnableConfigurationProperties(LoadSheddingProperties.class)
public final class LoadSheddingAutoConfiguration {

  @Bean
  LoadPools platformLoadPools(LoadSheddingProperties start) {
    return new LoadPools(start, CpuUse.ofProcess(System.nanoTime()), ThreadLocalRandom::current);
  }

  @Bean
  Live<LoadSheddingProperties> platformLoadSheddingSettings(
      LoadSheddingProperties start, LoadPools loads, LiveSettings settings) {
    return settings.add(LoadSheddingProperties.class, start).onChange(loads::change);
  }

  @Bean
  LoadSheddingServerStage platformLoadSheddingServerStage(
      Live<LoadSheddingProperties> settings,
      LoadPools loads,
      ObjectProvider<CallPools> pools,
      CallClock clock) {
    return new LoadSheddingServerStage(
        settings, loads, pools.getIfAvailable(() -> CallPools.SHARED), clock);
  }

  @Bean
  LoadSheddingSection platformLoadSheddingSection(
      Live<LoadSheddingProperties> settings, LoadPools loads) {
    return new LoadSheddingSection(settings, loads);
  }

  @Bean
  CriticalCalls platformCriticalCalls(Live<LoadSheddingProperties> settings) {
    return new CriticalCallsProvider(settings);
  }

  @Bean
  PriorityChannelContributor platformPriorityChannelContributor() {
    return new PriorityChannelContributor();
  }

  @Bean
  LoadSheddingMetrics platformLoadSheddingMetrics(LoadPools loads) {
    return new LoadSheddingMetrics(loads);
  }
}
