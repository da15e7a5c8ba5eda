package io.grpcplatform.bulkhead;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.grpcplatform.Refusal;
import java.time.Duration;

/**
 * The permits of one limit, from a resilience4j semaphore that never waits.
 *
 * <p>Threading: safe.
 */
final class CallPermits {

  private final SharedLimit limit;
  private final Bulkhead bulkhead;

  private CallPermits(SharedLimit limit, Bulkhead bulkhead) {
    this.limit = limit;
    this.bulkhead = bulkhead;
  }

  /** The permits of a limit; limits of one name share them. */
  static CallPermits of(SharedLimit limit, BulkheadRegistry registry) {
    BulkheadConfig config =
        BulkheadConfig.custom()
            .maxConcurrentCalls(limit.max())
            .maxWaitDuration(Duration.ZERO)
            .writableStackTraceEnabled(false)
            .build();
    return new CallPermits(limit, registry.bulkhead(limit.name(), config));
  }

  /** Takes a permit, which is to be given back once. */
  void take() throws Refusal {
    if (!bulkhead.tryAcquirePermission()) {
      Bulkhead.Metrics now = bulkhead.getMetrics();
      int allowed = now.getMaxAllowedConcurrentCalls();
      throw new Refusal(
          Refusal.Reason.BULKHEAD_FULL,
          allowed
              - now.getAvailableConcurrentCalls()
              + " calls "
              + limit.whose()
              + " in flight, "
              + allowed
              + " allowed ("
              + limit.property()
              + ")",
          null);
    }
  }

  void giveBack() {
    bulkhead.onComplete();
  }
}
