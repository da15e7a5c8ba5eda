package io.grpcplatform.loadshedding;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;

/**
 * The meters of one gate. In {@code observe} they count what {@code enforce} would refuse: the tag
 * {@code mode} tells.
 */
final class LoadSheddingMetrics implements MeterBinder {

  private static final String PREFIX = "platform.loadshedding.";

  private final LoadGate gate;
  private final String tag;

  LoadSheddingMetrics(LoadGate gate, LoadSheddingProperties.Mode mode) {
    this.gate = gate;
    this.tag = mode.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder(PREFIX + "limit", gate, LoadGate::limit)
        .description("Calls that may be in flight")
        .strongReference(true)
        .register(registry);
    Gauge.builder(PREFIX + "inflight", gate, LoadGate::inFlight)
        .description("Calls in flight, an idle stream as a sixteenth")
        .strongReference(true)
        .register(registry);
    for (Priority priority : Priority.values()) {
      FunctionCounter.builder(PREFIX + "shed", gate, counted -> counted.shed(priority))
          .description("Calls refused (mode enforce) or that would be (mode observe)")
          .tag("priority", priority.word())
          .tag("mode", tag)
          .register(registry);
    }
    FunctionCounter.builder(PREFIX + "slowed", gate, LoadGate::slowed)
        .description("Requests for stream messages held back (mode enforce) or that would be")
        .tag("mode", tag)
        .register(registry);
  }
}
