package io.grpcplatform.retry;

import io.grpcplatform.Attempt;
import io.grpcplatform.CallKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The meters {@code platform.retry.attempts}, the attempts that went out, and {@code
 * platform.retry.stopped}, the retries that were refused.
 *
 * <p>Threading: safe; Spring Boot binds the registry before the first call.
 */
final class RetryMetrics implements AttemptCounters, MeterBinder {

  private volatile @Nullable MeterRegistry registry;

  @Override
  public void bindTo(MeterRegistry bound) {
    registry = bound;
  }

  @Override
  public OfMethod of(CallKey key) {
    MeterRegistry bound = registry;
    return bound == null ? NONE.of(key) : counters(bound, key);
  }

  private static OfMethod counters(MeterRegistry registry, CallKey key) {
    Tags tags =
        Tags.of("channel", key.channel(), "rpc.service", key.service(), "rpc.method", key.method());
    Map<Attempt, Counter> sent = new EnumMap<>(Attempt.class);
    for (Attempt kind : Attempt.values()) {
      sent.put(
          kind,
          Counter.builder("platform.retry.attempts")
              .description("Attempts of retryable calls that went out, by what made them")
              .tags(tags.and("kind", word(kind)))
              .register(registry));
    }
    Map<Stop, Counter> stopped = new EnumMap<>(Stop.class);
    for (Stop stop : Stop.values()) {
      stopped.put(
          stop,
          Counter.builder("platform.retry.stopped")
              .description("Failed attempts that were not retried, by what stopped the retry")
              .tags(tags.and("reason", word(stop)))
              .register(registry));
    }
    return new Counters(sent, stopped);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private record Counters(Map<Attempt, Counter> bySent, Map<Stop, Counter> byStop)
      implements OfMethod {

    @Override
    public void sent(Attempt kind) {
      count(bySent.get(kind));
    }

    @Override
    public void stopped(Stop stop) {
      count(byStop.get(stop));
    }

    private static void count(@Nullable Counter counter) {
      if (counter != null) {
        counter.increment();
      }
    }
  }
}
