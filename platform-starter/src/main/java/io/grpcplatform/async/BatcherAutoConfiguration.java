package io.grpcplatform.async;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/** The meters of the batchers that are beans. */
@AutoConfiguration
public final class BatcherAutoConfiguration {

  @Bean
  BatcherMetrics platformBatcherMetrics(ObjectProvider<Batcher<?, ?>> batchers) {
    return new BatcherMetrics(() -> batchers.orderedStream().toList());
  }
}
