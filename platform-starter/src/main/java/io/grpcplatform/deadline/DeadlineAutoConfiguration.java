package io.grpcplatform.deadline;

import io.grpcplatform.CallClock;
import io.grpcplatform.PlatformAutoConfiguration;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Deadlines on both sides of every call. */
@AutoConfiguration(after = PlatformAutoConfiguration.class)
@EnableConfigurationProperties(DeadlineProperties.class)
public final class DeadlineAutoConfiguration {

  @Bean
  DeadlineClientStage platformDeadlineClientStage(DeadlineProperties properties, CallClock clock) {
    return new DeadlineClientStage(properties, clock, ThreadLocalRandom::current);
  }

  @Bean
  DeadlineServerStage platformDeadlineServerStage(DeadlineProperties properties, CallClock clock) {
    return new DeadlineServerStage(properties, clock, ThreadLocalRandom::current);
  }
}
