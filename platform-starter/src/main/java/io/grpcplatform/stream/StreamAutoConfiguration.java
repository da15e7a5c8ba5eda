package io.grpcplatform.stream;

import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.PlatformAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Resumable sessions as a bean, with their meters and their section. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "platform.stream.enabled", matchIfMissing = true)
@EnableConfigurationProperties(StreamProperties.class)
public final class StreamAutoConfiguration {

  /** A pod's name on Kubernetes. */
  private static final String INSTANCE = "HOSTNAME";

  @Bean
  SessionCounts platformSessionCounts(CallClock clock) {
    return new SessionCounts(clock::nanoTime);
  }

  @Bean
  @ConditionalOnMissingBean(Sessions.class)
  PlatformSessions platformSessions(
      StreamProperties properties,
      CallClock clock,
      DrainSignal drain,
      SessionCounts counts,
      Environment environment) {
    return PlatformSessions.builder()
        .limits(properties.limits())
        .clock(clock)
        .drain(drain)
        .watch(counts)
        .instance(environment.getProperty(INSTANCE, ""))
        .build();
  }

  @Bean
  @ConditionalOnBean(PlatformSessions.class)
  SessionLifecycle platformSessionLifecycle(PlatformSessions sessions) {
    return new SessionLifecycle(sessions);
  }

  @Bean
  StreamSection platformStreamSection(StreamProperties properties, SessionCounts counts) {
    return new StreamSection(properties.limits(), counts);
  }

  @Bean
  SessionMetrics platformSessionMetrics(SessionCounts counts) {
    return new SessionMetrics(counts);
  }
}
