package io.grpcplatform;

import java.util.List;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

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

  @Bean
  @ConditionalOnMissingBean
  Deployment platformDeployment(Environment environment) {
    CloudPlatform cloud = CloudPlatform.getActive(environment);
    return Deployment.of(
        cloud != null && cloud != CloudPlatform.NONE,
        cloud == CloudPlatform.KUBERNETES,
        List.of(environment.getActiveProfiles()));
  }
}
