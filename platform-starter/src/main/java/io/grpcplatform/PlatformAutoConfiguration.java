package io.grpcplatform;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The beans that several features share. */
@AutoConfiguration
public final class PlatformAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  CallClock platformCallClock() {
    return CallClock.system();
  }

  @Bean
  @ConditionalOnMissingBean
  DrainSignal platformDrainSignal() {
    return new DrainSignal();
  }

  @Bean
  @ConditionalOnMissingBean
  LiveSettings platformLiveSettings() {
    return new LiveSettings();
  }

  @Bean
  @ConditionalOnMissingBean
  CallLatencies platformCallLatencies(CallClock clock) {
    return new CallLatencies(clock);
  }

  @Bean
  @ConditionalOnMissingBean
  CalledServices platformCalledServices() {
    return new CalledServices();
  }
}
