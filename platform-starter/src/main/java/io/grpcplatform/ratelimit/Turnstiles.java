package io.grpcplatform.ratelimit;

import io.grpcplatform.CallClock;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * Every turnstile of a process by name. They outlive the plans that use them, so that a change of
 * settings gives nobody a fresh limit.
 *
 * <p>Threading: safe.
 */
final class Turnstiles {

  /** Makes the quota of one turnstile; the name is the same in every process that shares it. */
  @FunctionalInterface
  interface Quotas {
    Quota make(String name, RateLimit limit, long now);
  }

  private final Map<String, Turnstile> ofAll = new ConcurrentHashMap<>();
  private final Map<String, CallerTurnstiles> ofCallers = new ConcurrentHashMap<>();
  private final CallClock clock;
  private final Quotas quotas;

  Turnstiles(CallClock clock, Quotas quotas) {
    this.clock = clock;
    this.quotas = quotas;
  }

  /** A quota of this process alone. */
  static Quota local(RateLimit limit, long now) {
    return limit.algorithm() == RateLimit.Algorithm.SLIDING_WINDOW
        ? new SlidingWindow(limit, now)
        : new TokenBucket(limit, now);
  }

  /** The one turnstile of that name. */
  Turnstile ofAll(String name, RateLimit limit) {
    String unique = name + '|' + limit.algorithm();
    Turnstile turnstile = ofAll.computeIfAbsent(unique, made -> make(made, limit));
    turnstile.retune(limit);
    return turnstile;
  }

  /** The callers' turnstiles of that name. */
  CallerTurnstiles ofCallers(String name, RateLimit limit, int most) {
    String unique = name + '|' + limit.algorithm() + '|' + limit.per();
    CallerTurnstiles turnstiles =
        ofCallers.computeIfAbsent(
            unique,
            made ->
                new CallerTurnstiles(
                    limit, most, (caller, now) -> make(made + '|' + caller, now), clock));
    turnstiles.retune(limit, most);
    return turnstiles;
  }

  private Turnstile make(String name, RateLimit limit) {
    return new Turnstile(limit, quotas.make(name, limit, clock.nanoTime()), clock);
  }

  /** Shows {@code each} every limit there is, in the order of their names. */
  void show(
      BiConsumer<String, Turnstile> each, BiConsumer<String, CallerTurnstiles> eachOfCallers) {
    new TreeMap<>(ofAll).forEach(each);
    new TreeMap<>(ofCallers).forEach(eachOfCallers);
  }

  /** How many callers and tenants are told apart now. */
  int callers() {
    return ofCallers.values().stream().mapToInt(CallerTurnstiles::size).sum();
  }
}
