package io.grpcplatform.retry;

import io.grpcplatform.Refusal;
import io.grpcplatform.retry.RetryProperties.Budget;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * How many calls of this process may be in a retry at the same time: a share of the retryable calls
 * in flight over all channels, and a few however few there are.
 *
 * <p>Threading: safe; a retry that is let in is counted at once, so the limit is never passed by
 * retries that asked.
 */
final class RetryBudget {

  private final Supplier<Budget> settings;
  private final LongAdder calls = new LongAdder();
  private final AtomicInteger retrying = new AtomicInteger();

  /**
   * A budget.
   *
   * @param settings what holds at the moment
   */
  RetryBudget(Supplier<Budget> settings) {
    this.settings = settings;
  }

  void callBegan() {
    calls.increment();
  }

  /** A call is over; {@code retried} says whether it was counted as one in a retry. */
  void callEnded(boolean retried) {
    calls.decrement();
    if (retried) {
      release();
    }
  }

  /** Counts one more call in a retry, if that is within the limit. */
  boolean tryAcquire() {
    long limit = limit();
    int now = retrying.get();
    while (now < limit) {
      if (retrying.compareAndSet(now, now + 1)) {
        return true;
      }
      now = retrying.get();
    }
    return false;
  }

  /** Counts one more call in a retry that nobody asked about. */
  void acquire() {
    retrying.incrementAndGet();
  }

  /** Takes back a {@link #tryAcquire} or {@link #acquire}. */
  void release() {
    retrying.decrementAndGet();
  }

  int retrying() {
    return retrying.get();
  }

  long limit() {
    Budget now = settings.get();
    return Math.max(now.minConcurrent(), calls.sum() * now.percent() / 100);
  }

  /** Why the retry of a call was refused. */
  Refusal refusal(String lastAttempt) {
    return new Refusal(
        Refusal.Reason.RETRY_BUDGET_EXHAUSTED,
        lastAttempt
            + "; not tried again, because "
            + retrying()
            + " calls are in a retry and "
            + limit()
            + " may be (platform.retry.budget.percent, platform.retry.budget.min-concurrent)",
        null);
  }
}
