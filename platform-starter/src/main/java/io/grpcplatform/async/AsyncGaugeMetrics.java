package io.grpcplatform.async;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** The meters of what is in the table, which is there later than what counts. */
record AsyncGaugeMetrics(AsyncMetrics metrics, DurableEngine engine) implements MeterBinder {

  @Override
  public void bindTo(MeterRegistry registry) {
    metrics.show(registry, engine.counts(), engine.runner());
  }
}
