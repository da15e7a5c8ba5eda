package io.grpcplatform.deadline;

import io.grpcplatform.CallKey;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The meters {@code platform.deadline.remaining}, a histogram of what served calls have left when
 * they arrive, and {@code platform.deadline.adaptive}, the deadline that each called method would
 * get.
 *
 * <p>Threading: safe. Calls that arrive before Spring Boot has bound a registry are not counted.
 */
final class DeadlineMetrics implements DeadlineMeters, MeterBinder {

  /** Buckets of its own instead of Micrometer's seventy: a budget is known by its magnitude. */
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(10),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofSeconds(60)
  };

  private final Map<CallKey, DoubleSupplier> shown = new LinkedHashMap<>();
  private volatile @Nullable MeterRegistry registry;

  @Override
  public synchronized void bindTo(MeterRegistry bound) {
    registry = bound;
    shown.forEach((key, seconds) -> show(bound, key, seconds));
  }

  @Override
  public synchronized void adaptive(CallKey key, DoubleSupplier seconds) {
    shown.put(key, seconds);
    if (registry != null) {
      show(registry, key, seconds);
    }
  }

  private static void show(MeterRegistry registry, CallKey key, DoubleSupplier seconds) {
    Gauge.builder("platform.deadline.adaptive", seconds, DoubleSupplier::getAsDouble)
        .description("The deadline that the latencies of the last minute suggest")
        .baseUnit("seconds")
        .tag("channel", key.channel())
        .tag("rpc.service", key.service())
        .tag("rpc.method", key.method())
        .strongReference(true)
        .register(registry);
  }

  @Override
  public Arrivals arrivals(CallKey key) {
    return new ArrivalTimer(key);
  }

  /** Registered with the first call that arrives with a deadline, and found from then on. */
  private final class ArrivalTimer implements Arrivals {
    private final CallKey key;
    private volatile @Nullable Timer timer;

    ArrivalTimer(CallKey key) {
      this.key = key;
    }

    @Override
    public void arrived(long remainingNanos) {
      Timer known = timer;
      if (known == null) {
        known = register();
      }
      if (known != null) {
        known.record(Math.max(0, remainingNanos), TimeUnit.NANOSECONDS);
      }
    }

    private @Nullable Timer register() {
      MeterRegistry bound = registry;
      if (bound == null) {
        return null;
      }
      Timer registered =
          Timer.builder("platform.deadline.remaining")
              .description("What calls had left of their deadline when they arrived")
              .tag("rpc.service", key.service())
              .tag("rpc.method", key.method())
              .serviceLevelObjectives(BUCKETS)
              .register(bound);
      timer = registered;
      return registered;
    }
  }
}
