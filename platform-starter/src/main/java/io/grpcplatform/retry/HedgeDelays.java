package io.grpcplatform.retry;

import io.grpcplatform.CallClock;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallLatencies;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long hedged methods wait before the next attempt, where that is to follow the latencies: what
 * 95 of 100 calls of the last minute took. Looked at once a minute, and taken over where it differs
 * by more than a tenth, because each change reaches the channel as a new service config.
 *
 * <p>Threading: safe. Looks on the clock's thread, and only while a method is watched.
 */
final class HedgeDelays implements AutoCloseable {

  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final double MOVED = 0.1;

  private final CallLatencies latencies;
  private final CallClock clock;
  private final Runnable moved;
  private final Set<CallKey> watched = ConcurrentHashMap.newKeySet();
  private final Map<CallKey, Duration> measured = new ConcurrentHashMap<>();
  private @Nullable Runnable takeBack;
  private boolean closed;

  /**
   * Delays that nobody asks for yet.
   *
   * @param moved what is to happen when a delay has changed
   */
  HedgeDelays(CallLatencies latencies, CallClock clock, Runnable moved) {
    this.latencies = latencies;
    this.clock = clock;
    this.moved = moved;
  }

  /** Follows the method's latencies from now on. */
  void watch(CallKey key) {
    if (watched.add(key)) {
      latencies.of(key);
      scheduleNext();
    }
  }

  /** What was measured; {@code otherwise} until there were enough calls. */
  Duration of(CallKey key, Duration otherwise) {
    return measured.getOrDefault(key, otherwise);
  }

  /** Settings have changed: follows only what is watched again. */
  void forget() {
    watched.clear();
  }

  private synchronized void scheduleNext() {
    if (takeBack == null && !closed) {
      takeBack = clock.schedule(this::look, MINUTE_NANOS);
    }
  }

  private void look() {
    synchronized (this) {
      takeBack = null;
    }
    if (watched.isEmpty()) {
      return;
    }
    scheduleNext();
    boolean any = false;
    for (CallKey key : watched) {
      any |= measure(key);
    }
    if (any) {
      moved.run();
    }
  }

  private boolean measure(CallKey key) {
    CallLatencies.Summary lately = latencies.of(key).summary();
    if (lately.calls() - lately.failures() < MethodAttempts.FEWEST_CALLS) {
      return false;
    }
    long nanos = Math.max(LEAST_NANOS, lately.p95Nanos());
    Duration before = measured.get(key);
    if (before != null && Math.abs(nanos - before.toNanos()) <= MOVED * before.toNanos()) {
      return false;
    }
    measured.put(key, Duration.ofNanos(nanos));
    return true;
  }

  /** Looks at nothing any more. */
  @Override
  public synchronized void close() {
    closed = true;
    if (takeBack != null) {
      takeBack.run();
      takeBack = null;
    }
  }
}
