package io.grpcplatform.loadshedding;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meters of each pool of threads. In {@code observe} they count what {@code enforce} would
 * refuse: the tag {@code mode} tells.
 */
final class LoadSheddingMetrics implements MeterBinder {

  private static final String PREFIX = "platform.loadshedding.";

  private final LoadPools loads;

  LoadSheddingMetrics(LoadPools loads) {
    this.loads = loads;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    loads.watch(pool -> register(registry, pool));
  }

  private static void register(MeterRegistry registry, LoadPools.Pool pool) {
    Gauge.builder(PREFIX + "limit", pool.gate(), LoadGate::limit)
        .description("Calls that may be in flight")
        .tag("pool", pool.name())
        .strongReference(true)
        .register(registry);
    Gauge.builder(PREFIX + "inflight", pool.gate(), LoadGate::inFlight)
        .description("Calls in flight, an idle stream as a sixteenth")
        .tag("pool", pool.name())
        .strongReference(true)
        .register(registry);
    countRefused(registry, pool, "observe", false);
    countRefused(registry, pool, "enforce", true);
  }

  private static void countRefused(
      MeterRegistry registry, LoadPools.Pool pool, String mode, boolean enforced) {
    for (Priority priority : Priority.values()) {
      FunctionCounter.builder(
              PREFIX + "shed", pool.counts(), counts -> counts.shed(priority, enforced))
          .description("Calls refused (mode enforce) or that would be (mode observe)")
          .tag("priority", priority.word())
          .tag("mode", mode)
          .tag("pool", pool.name())
          .register(registry);
    }
    FunctionCounter.builder(PREFIX + "slowed", pool.counts(), counts -> counts.slowed(enforced))
        .description("Requests for stream messages held back (mode enforce) or that would be")
        .tag("mode", mode)
        .tag("pool", pool.name())
        .register(registry);
  }
}
