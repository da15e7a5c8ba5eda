package io.grpcplatform.retry;

import io.grpcplatform.CallLatencies;

/** What the calls of one method on one channel have in common. */
record MethodAttempts(
    AttemptPolicy policy,
    RetryBudget budget,
    AttemptCounters.OfMethod counters,
    CallLatencies.Window latencies) {

  /** With fewer answers in the last minute nobody can say how long they take. */
  static final int FEWEST_CALLS = 100;

  /**
   * Whether an attempt after {@code previous} and one that has just failed would begin with less
   * time left than half of the calls take.
   *
   * @param leftNanos until the deadline
   */
  boolean tooLate(int previous, long leftNanos) {
    CallLatencies.Summary lately = latencies.summary();
    return lately.calls() - lately.failures() >= FEWEST_CALLS
        && leftNanos - policy.leastPause(previous + 1).toNanos() < lately.p50Nanos();
  }
}
