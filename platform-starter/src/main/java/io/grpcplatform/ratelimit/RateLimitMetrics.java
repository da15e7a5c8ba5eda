package io.grpcplatform.ratelimit;

import io.grpcplatform.CallKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * The meters {@code platform.ratelimit.*}. No tag names a caller: there is no end of callers.
 *
 * <p>Threading: safe; Spring Boot binds the registry before the first call.
 */
final class RateLimitMetrics implements LimitCounters.Maker, MeterBinder {

  private static final String PREFIX = "platform.ratelimit.";

  private final Turnstiles turnstiles;
  private final @Nullable TokenStore shared;
  private volatile @Nullable MeterRegistry registry;

  RateLimitMetrics(Turnstiles turnstiles, @Nullable TokenStore shared) {
    this.turnstiles = turnstiles;
    this.shared = shared;
  }

  @Override
  public void bindTo(MeterRegistry bound) {
    registry = bound;
    Gauge.builder(PREFIX + "callers", turnstiles, Turnstiles::callers)
        .description("Callers and tenants that limits tell apart now")
        .strongReference(true)
        .register(bound);
    if (shared != null) {
      Gauge.builder(PREFIX + "redis.connected", shared, store -> store.there() ? 1 : 0)
          .description("1 while limits are shared, 0 while Redis is away and each process is alone")
          .strongReference(true)
          .register(bound);
      FunctionCounter.builder(PREFIX + "redis.comebacks", shared, TokenStore::comeback)
          .description("How often Redis was reached after it could not be, the first time included")
          .register(bound);
    }
  }

  @Override
  public LimitCounters of(String side, CallKey key) {
    MeterRegistry bound = registry;
    if (bound == null) {
      return LimitCounters.NONE;
    }
    Tags tags =
        Tags.of(
            "side", side,
            "channel", key.channel(),
            "rpc.service", key.service(),
            "rpc.method", key.method());
    return new Counters(
        counter(bound, "allowed", "Calls that a rate limit let in", tags),
        counter(bound, "refused", "Calls that a rate limit refused", tags),
        counter(bound, "waited", "Messages of streams that waited for a rate limit", tags));
  }

  private static Counter counter(MeterRegistry bound, String name, String what, Tags tags) {
    return Counter.builder(PREFIX + name).description(what).tags(tags).register(bound);
  }

  private record Counters(Counter in, Counter out, Counter later) implements LimitCounters {

    @Override
    public void allowed() {
      in.increment();
    }

    @Override
    public void refused() {
      out.increment();
    }

    @Override
    public void waited() {
      later.increment();
    }
  }
}
