package io.grpcplatform.loadshedding;

import java.util.concurrent.TimeUnit;

/**
 * How long the calls of one method take when nothing is in their way: the shortest time of the last
 * minute or less. It is what makes calls of different methods comparable for one limit.
 *
 * <p>Threading: safe.
 */
final class Fastest {

  private static final long WINDOW = TimeUnit.SECONDS.toNanos(30);

  private long before = Long.MAX_VALUE;
  private long current = Long.MAX_VALUE;
  private long windowEnd;
  private boolean started;

  /** Takes down one call's time of work and returns the shortest, at least a microsecond. */
  synchronized long note(long workNanos, long now) {
    if (!started || now - windowEnd >= 0) {
      started = true;
      windowEnd = now + WINDOW;
      before = current;
      current = Long.MAX_VALUE;
    }
    current = Math.min(current, Math.max(1_000, workNanos));
    return Math.min(before, current);
  }
}
