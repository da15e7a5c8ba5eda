package io.grpcplatform.loadshedding;

import io.grpcplatform.loadshedding.LoadSheddingProperties.Mode;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;

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
        .description("Calls in flight, a thousand idle streams as one")
        .tag("pool", pool.name())
        .strongReference(true)
        .register(registry);
    countRefused(registry, pool, Mode.OBSERVE);
    countRefused(registry, pool, Mode.ENFORCE);
  }

  private static void countRefused(MeterRegistry registry, LoadPools.Pool pool, Mode mode) {
    String word = mode.name().toLowerCase(Locale.ROOT);
    for (Priority priority : Priority.values()) {
      FunctionCounter.builder(PREFIX + "shed", pool.counts(), counts -> counts.shed(priority, mode))
          .description("Calls refused (mode enforce) or that would be (mode observe)")
          .tag("priority", priority.word())
          .tag("mode", word)
          .tag("pool", pool.name())
          .register(registry);
    }
    FunctionCounter.builder(PREFIX + "slowed", pool.counts(), counts -> counts.slowed(mode))
        .description("Requests for stream messages held back (mode enforce) or that would be")
        .tag("mode", word)
        .tag("pool", pool.name())
        .register(registry);
  }
}
