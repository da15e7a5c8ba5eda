package io.grpcplatform.ratelimit;

import io.grpcplatform.CallClock;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
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
    return settings
        .add(RateLimitProperties.class, start)
        .only(word -> !word.equals("redis"), RateLimitProperties::withRedisHeld)
        .check(start::checkNext);
  }

  @Bean
  Turnstiles platformTurnstiles(
      RateLimitProperties start, CallClock clock, ObjectProvider<TokenStore> shared) {
    TokenStore store = shared.getIfAvailable();
    start.redis().checkStore(store != null);
    return new Turnstiles(
        clock,
        store == null
            ? (name, limit, now) -> Turnstiles.local(limit, now)
            : (name, limit, now) -> new SharedQuota(name, limit, store, clock, start.redis()));
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

  @Bean
  RateLimitSection platformRateLimitSection(
      Live<RateLimitProperties> settings,
      Turnstiles turnstiles,
      ObjectProvider<TokenStore> shared) {
    return new RateLimitSection(settings, turnstiles, shared.getIfAvailable());
  }

  private static LimitCounters.Maker orNone(ObjectProvider<LimitCounters.Maker> counters) {
    return counters.getIfAvailable(() -> (side, key) -> LimitCounters.NONE);
  }

  /** On where Micrometer is there; Spring Boot hands it the registry. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "io.micrometer.core.instrument.binder.MeterBinder")
  static final class MetricsConfiguration {

    @Bean
    RateLimitMetrics platformRateLimitMetrics(
        Turnstiles turnstiles, ObjectProvider<TokenStore> shared) {
      return new RateLimitMetrics(turnstiles, shared.getIfAvailable());
    }
  }

  /** On where Lettuce is there and a Redis is named. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "io.lettuce.core.RedisClient")
  @ConditionalOnProperty("platform.ratelimit.redis.url")
  static final class RedisConfiguration {

    @Bean
    RedisTokenStore platformRedisTokenStore(
        RateLimitProperties start,
        CallClock clock,
        @Value("${spring.application.name:application}") String application) {
      return RedisTokenStore.connect(start.redis(), application, clock);
    }
  }
}
