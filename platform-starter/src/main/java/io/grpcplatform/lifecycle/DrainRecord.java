package io.grpcplatform.lifecycle;

/**
 * What the one drain of a process came to.
 *
 * <p>Threading: safe; written on the thread of the drain, read by meters.
 */
final class DrainRecord {

  private static final long NOT_YET = -1;

  private long beganNanos;
  private boolean begun;
  private volatile long tookNanos = NOT_YET;
  private volatile long cut;

  synchronized void began(long nanos) {
    beganNanos = nanos;
    begun = true;
  }

  synchronized void ended(long nanos) {
    if (begun) {
      tookNanos = nanos - beganNanos;
    }
  }

  synchronized void cut() {
    cut++;
  }

  /** Calls that were still in flight when time was up. */
  long cuts() {
    return cut;
  }

  /** Drains that are over: 0 or 1. */
  long count() {
    return tookNanos == NOT_YET ? 0 : 1;
  }

  /** How long it took, from the first word to a stream to the end of the last call. */
  long nanos() {
    return Math.max(0, tookNanos);
  }
}
