package io.grpcplatform.stream;

import java.util.random.RandomGenerator;

/**
 * How long to wait before each attempt to open another stream: at random between nothing and a
 * limit that doubles from attempt to attempt ("full jitter", AWS Architecture Blog: Exponential
 * Backoff And Jitter). Not safe for threads: its session calls it in order.
 */
final class ReopenPauses {

  private final long first;
  private final long longest;
  private final RandomGenerator random;
  private long limit;

  ReopenPauses(SessionLimits limits, RandomGenerator random) {
    this.first = limits.reopenFirst().toNanos();
    this.longest = limits.reopenLongest().toNanos();
    this.random = random;
    this.limit = first;
  }

  /** The next pause, in nanoseconds. */
  long next() {
    long pause = random.nextLong(limit + 1);
    limit = limit > longest / 2 ? longest : 2 * limit;
    return pause;
  }

  /** The session gets on: the next pause is a first one again. */
  void reset() {
    limit = first;
  }
}
