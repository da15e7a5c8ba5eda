package io.grpcplatform.ratelimit;

import io.grpcplatform.CallClock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * A turnstile for each caller of one limit, as many as memory is set apart for. Where there are
 * more, those nobody could tell from new ones are forgotten; while all are in use, newcomers share
 * one. So a caller that invents names neither fills the memory nor gets a fresh limit with each.
 *
 * <p>Threading: safe; a lock is taken for newcomers only.
 */
final class CallerTurnstiles {

  private static final long SWEEP = TimeUnit.SECONDS.toNanos(1);

  private final Map<String, Turnstile> byCaller = new ConcurrentHashMap<>();
  private final BiFunction<String, RateLimit, Turnstile> maker;
  private final CallClock clock;
  private final Turnstile others;
  private RateLimit limit;
  private int most;
  private long sweptAt;

  CallerTurnstiles(
      RateLimit limit, int most, BiFunction<String, RateLimit, Turnstile> maker, CallClock clock) {
    this.limit = limit;
    this.most = most;
    this.maker = maker;
    this.clock = clock;
    this.others = maker.apply("", limit);
    this.sweptAt = clock.nanoTime() - SWEEP;
  }

  /** The turnstile of a caller; empty for one that nobody knows. */
  Turnstile of(String caller) {
    Turnstile own = caller.isEmpty() ? others : byCaller.get(caller);
    return own == null ? add(caller) : own;
  }

  private synchronized Turnstile add(String caller) {
    if (byCaller.size() >= most && !madeRoom()) {
      return others;
    }
    return byCaller.computeIfAbsent(caller, name -> maker.apply(name, limit));
  }

  private boolean madeRoom() {
    long now = clock.nanoTime();
    if (now - sweptAt < SWEEP) {
      return false;
    }
    sweptAt = now;
    byCaller.values().removeIf(Turnstile::retire);
    return byCaller.size() < most;
  }

  synchronized void retune(RateLimit next, int nextMost) {
    most = nextMost;
    if (!next.equals(limit)) {
      limit = next;
      others.retune(next);
      byCaller.values().forEach(turnstile -> turnstile.retune(next));
    }
  }

  synchronized RateLimit limit() {
    return limit;
  }

  int size() {
    return byCaller.size();
  }
}
