package io.grpcplatform.live;

import io.grpcplatform.live.LiveChange.Outcome;
import io.grpcplatform.live.LiveChange.Source;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** The meters of changed settings. */
final class LiveMetrics implements MeterBinder {

  private final LiveHistory history;

  LiveMetrics(LiveHistory history) {
    this.history = history;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("platform.live.version", history, LiveHistory::version)
        .description("Changes of settings that hold since the start")
        .strongReference(true)
        .register(registry);
    for (Outcome outcome : Outcome.values()) {
      for (Source source : Source.values()) {
        FunctionCounter.builder(
                "platform.live.changes", history, counted -> counted.count(outcome, source))
            .description("Attempts to change settings")
            .tag("outcome", outcome.word())
            .tag("source", source.word())
            .register(registry);
      }
    }
  }
}
