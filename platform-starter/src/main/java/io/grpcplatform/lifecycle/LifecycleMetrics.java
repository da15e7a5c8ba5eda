package io.grpcplatform.lifecycle;

import io.grpcplatform.DrainSignal;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;

/** The meters of the drain. */
final class LifecycleMetrics implements MeterBinder {

  private final DrainSignal signal;
  private final DrainRecord record;

  LifecycleMetrics(DrainSignal signal, DrainRecord record) {
    this.signal = signal;
    this.record = record;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("platform.lifecycle.draining", signal, draining -> draining.draining() ? 1 : 0)
        .description("1 from the moment streams are told to move, else 0")
        .strongReference(true)
        .register(registry);
    FunctionCounter.builder("platform.lifecycle.drain.cut", record, DrainRecord::cuts)
        .description("Calls that outlived the grace period and were cut")
        .register(registry);
    FunctionTimer.builder(
            "platform.lifecycle.drain",
            record,
            DrainRecord::count,
            DrainRecord::nanos,
            TimeUnit.NANOSECONDS)
        .description("How long the drain took, until the last call had ended")
        .register(registry);
  }
}
