package io.grpcplatform.ratelimit;

import io.grpcplatform.CallClock;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Rate limits on the server and on every channel. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@EnableConfigurationProperties(RateLimitProperties.class)
public final class RateLimitAutoConfiguration {

  @Bean
  Live<RateLimitProperties> platformRateLimitSettings(
      RateLimitProperties start, LiveSettings settings) {
    return settings.add(RateLimitProperties.class, start);
  }

  @Bean
  Turnstiles platformTurnstiles(CallClock clock) {
    return new Turnstiles(clock, (name, limit, now) -> Turnstiles.local(limit, now));
  }

  @Bean
  RateLimitServerStage platformRateLimitServerStage(
      Live<RateLimitProperties> settings,
      Turnstiles turnstiles,
      ObjectProvider<LimitCounters.Maker> counters,
      ObjectProvider<CallerResolver> callers) {
    return new RateLimitServerStage(
        settings, turnstiles, orNone(counters), callers.getIfAvailable());
  }

  @Bean
  RateLimitClientStage platformRateLimitClientStage(
      Live<RateLimitProperties> settings,
      Turnstiles turnstiles,
      ObjectProvider<LimitCounters.Maker> counters) {
    return new RateLimitClientStage(settings, turnstiles, orNone(counters));
  }

  private static LimitCounters.Maker orNone(ObjectProvider<LimitCounters.Maker> counters) {
    return counters.getIfAvailable(() -> (side, key) -> LimitCounters.NONE);
  }

  /** On where Micrometer is there; Spring Boot hands it the registry. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "io.micrometer.core.instrument.binder.MeterBinder")
  static final class MetricsConfiguration {

    @Bean
    RateLimitMetrics platformRateLimitMetrics(Turnstiles turnstiles) {
      return new RateLimitMetrics(turnstiles);
    }
  }
}
