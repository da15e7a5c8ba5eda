package io.grpcplatform.async;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Forgets calls that ended long ago, a bounded number at a time, once a minute. */
final class CallRetention {

  private static final int AT_ONCE = 500;
  private static final long MINUTE = 60_000;

  private final CallLists lists;
  private final long over;
  private final long dead;
  private final LongSupplier now;
  private volatile long next;

  CallRetention(CallLists lists, Duration over, Duration dead, LongSupplier now) {
    this.lists = lists;
    this.over = over.toMillis();
    this.dead = dead.toMillis();
    this.now = now;
    this.next = now.getAsLong() + MINUTE;
  }

  /** Removes some where it is time; whether there may be more. */
  boolean remove() {
    long time = now.getAsLong();
    if (time < next) {
      return false;
    }
    if (lists.remove(time - over, time - dead, AT_ONCE) == AT_ONCE) {
      return true;
    }
    next = time + MINUTE;
    return false;
  }
}
