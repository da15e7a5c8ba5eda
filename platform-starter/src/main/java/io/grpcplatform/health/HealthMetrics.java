package io.grpcplatform.health;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meter {@code platform.health.serving}: what the health service says of each name, 1 or 0. The
 * server itself, whose name is empty, is {@code server} here. Names come from the served services
 * and the configured groups, never from those who ask.
 */
final class HealthMetrics implements MeterBinder {

  private final HealthNames names;

  HealthMetrics(HealthNames names) {
    this.names = names;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    names.watch(
        name ->
            Gauge.builder("platform.health.serving", names, all -> all.serves(name) ? 1 : 0)
                .description("1 while the health service says SERVING of this name")
                .tag("name", name.isEmpty() ? "server" : name)
                .strongReference(true)
                .register(registry));
  }
}
