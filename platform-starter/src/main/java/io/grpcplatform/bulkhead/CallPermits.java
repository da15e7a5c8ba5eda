package io.grpcplatform.bulkhead;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.grpcplatform.Refusal;
import java.time.Duration;

/**
 * The permits of one limit, from a resilience4j semaphore that never waits.
 *
 * <p>A limit grows at once. It shrinks at once for new calls, and in the semaphore when enough
 * calls have ended: resilience4j takes the permits that are to go away from the semaphore, and
 * would hold the thread that changes settings until calls give them back.
 *
 * <p>Threading: safe.
 */
final class CallPermits {

  private final Bulkhead bulkhead;
  private volatile SharedLimit limit;
  private volatile boolean shrinking;

  private CallPermits(SharedLimit limit, Bulkhead bulkhead) {
    this.limit = limit;
    this.bulkhead = bulkhead;
  }

  /** The permits of a limit. */
  static CallPermits of(SharedLimit limit, BulkheadRegistry registry) {
    CallPermits permits =
        new CallPermits(limit, registry.bulkhead(limit.name(), config(limit.max())));
    permits.settle();
    return permits;
  }

  private static BulkheadConfig config(int max) {
    return BulkheadConfig.custom()
        .maxConcurrentCalls(max)
        .maxWaitDuration(Duration.ZERO)
        .writableStackTraceEnabled(false)
        .build();
  }

  /** Changes the limit; the calls in flight stay and count. */
  synchronized void change(SharedLimit next) {
    if (!next.equals(limit)) {
      limit = next;
      settle();
    }
  }

  private synchronized void settle() {
    int max = limit.max();
    int known = bulkhead.getBulkheadConfig().getMaxConcurrentCalls();
    // Set before the calls are counted: whoever took a permit unseen until then is counted here,
    // and
    // whoever takes one later checks the limit himself.
    shrinking = max < known;
    if (max != known && (!shrinking || inFlight() <= max)) {
      bulkhead.changeConfig(config(max));
      shrinking = false;
    }
  }

  SharedLimit limit() {
    return limit;
  }

  int inFlight() {
    Bulkhead.Metrics now = bulkhead.getMetrics();
    return now.getMaxAllowedConcurrentCalls() - now.getAvailableConcurrentCalls();
  }

  /** Takes a permit, which is to be given back once. */
  void take() throws Refusal {
    if (!bulkhead.tryAcquirePermission()) {
      throw full(inFlight());
    }
    if (shrinking && inFlight() > limit.max()) {
      int others = inFlight() - 1;
      bulkhead.releasePermission();
      settle();
      throw full(others);
    }
  }

  private Refusal full(int inFlight) {
    SharedLimit now = limit;
    return new Refusal(
        Refusal.Reason.BULKHEAD_FULL,
        inFlight
            + " calls "
            + now.whose()
            + " in flight, "
            + now.max()
            + " allowed ("
            + now.property()
            + ")",
        null);
  }

  void giveBack() {
    bulkhead.onComplete();
    if (shrinking) {
      settle();
    }
  }
}
