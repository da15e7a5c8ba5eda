package io.grpcplatform.telemetry;

import io.grpcplatform.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * How many calls of one method this process refused on one side, by reason; a reason is registered
 * by its first refusal.
 *
 * <p>Threading: safe.
 */
final class RefusalMeters {

  private final MeterRegistry registry;
  private final Tags method;
  private final AtomicReferenceArray<@Nullable Counter> byReason =
      new AtomicReferenceArray<>(Refusal.Reason.values().length);

  RefusalMeters(MeterRegistry registry, Tags method) {
    this.registry = registry;
    this.method = method;
  }

  void refused(Refusal.Reason reason) {
    Counter counter = byReason.get(reason.ordinal());
    if (counter == null) {
      // Two threads may both come here: the registry gives both the same counter.
      counter = register(reason);
      byReason.set(reason.ordinal(), counter);
    }
    counter.increment();
  }

  private Counter register(Refusal.Reason reason) {
    return Counter.builder("platform.telemetry.refusals")
        .description("Calls that the platform of this process refused or ended, by its reason")
        .tags(method)
        .tag("reason", reason.name())
        .register(registry);
  }
}
