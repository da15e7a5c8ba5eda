package io.grpcplatform.async;

import io.grpcplatform.async.CallLists.Count;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How many calls there are in the table, counted every fifteen seconds by one look: whoever scrapes
 * or asks does not make the database count.
 */
final class CallCounts {

  private static final long PAUSE_MILLIS = 15_000;
  private static final Count NONE = new Count(0, 0);

  private final CallLists lists;
  private final LongSupplier now;
  private volatile Map<CallState, Count> counts = Map.of();
  private volatile long next;

  CallCounts(CallLists lists, LongSupplier now) {
    this.lists = lists;
    this.now = now;
  }

  /** Counts where it is time; never more to do at once. */
  boolean count() {
    long time = now.getAsLong();
    if (time >= next) {
      counts = lists.counts();
      next = time + PAUSE_MILLIS;
    }
    return false;
  }

  long calls(CallState state) {
    return counts.getOrDefault(state, NONE).calls();
  }

  /** Seconds since the call that waits longest was due; 0 where none is. */
  double lag() {
    Count waiting = counts.getOrDefault(CallState.WAITING, NONE);
    return waiting.calls() == 0 ? 0 : Math.max(0, now.getAsLong() - waiting.oldest()) / 1000.0;
  }
}
