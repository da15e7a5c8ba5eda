package io.grpcplatform.async;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Collection;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** The meters {@code platform.async.batch.*} of the batchers that are beans, by their names. */
final class BatcherMetrics implements MeterBinder {

  private final Supplier<? extends Collection<? extends Batcher<?, ?>>> batchers;

  BatcherMetrics(Supplier<? extends Collection<? extends Batcher<?, ?>>> batchers) {
    this.batchers = batchers;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (Batcher<?, ?> batcher : batchers.get()) {
      show(registry, batcher);
    }
  }

  private static void show(MeterRegistry registry, Batcher<?, ?> batcher) {
    BatchCounts counts = batcher.counts();
    count(registry, batcher, "items", "Items that went in batches", counts.items());
    count(registry, batcher, "refused", "Items for which there was no room", counts.refused());
    batches(registry, batcher, "full", counts.full());
    batches(registry, batcher, "due", counts.due());
    Gauge.builder("platform.async.batch.waiting", batcher, Batcher::waiting)
        .description("Items that wait for a batch")
        .tag("batcher", batcher.name())
        .register(registry);
  }

  private static void count(
      MeterRegistry registry, Batcher<?, ?> batcher, String what, String says, LongAdder count) {
    FunctionCounter.builder("platform.async.batch." + what, count, LongAdder::sum)
        .description(says)
        .tag("batcher", batcher.name())
        .register(registry);
  }

  private static void batches(
      MeterRegistry registry, Batcher<?, ?> batcher, String cause, LongAdder count) {
    FunctionCounter.builder("platform.async.batch.batches", count, LongAdder::sum)
        .description("Batches that went, full or because their time had come")
        .tag("batcher", batcher.name())
        .tag("cause", cause)
        .register(registry);
  }
}
