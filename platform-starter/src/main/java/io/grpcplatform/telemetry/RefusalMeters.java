package io.grpcplatform.telemetry;

import io.grpcplatform.Refusal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many calls of one method this process refused on one side, by reason; a reason is registered
 * by its first refusal.
 *
 * <p>Threading: safe.
 */
final class RefusalMeters {

  private final MeterRegistry registry;
  private final Tags method;
  private final Map<Refusal.Reason, Counter> byReason = new ConcurrentHashMap<>();

  RefusalMeters(MeterRegistry registry, Tags method) {
    this.registry = registry;
    this.method = method;
  }

  void refused(Refusal.Reason reason) {
    Counter counter = byReason.get(reason);
    if (counter == null) {
      counter = byReason.computeIfAbsent(reason, this::register);
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
