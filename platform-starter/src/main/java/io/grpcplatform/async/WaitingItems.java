package io.grpcplatform.async;

import io.grpcplatform.CallClock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Items that wait for a batch, each with the time at which it wants to go. One thread at a time.
 *
 * @param <T> the items
 */
final class WaitingItems<T> {

  private final BatchLimits limits;
  private final CallClock clock;
  private final Map<T, Long> due = new LinkedHashMap<>();
  private long next;

  WaitingItems(BatchLimits limits, CallClock clock) {
    this.limits = limits;
    this.clock = clock;
  }

  boolean isFull() {
    return due.size() >= limits.waiting();
  }

  int size() {
    return due.size();
  }

  void add(T item, long patienceNanos) {
    long wanted = clock.nanoTime() + patienceNanos;
    next = due.isEmpty() || wanted - next < 0 ? wanted : next;
    due.put(item, wanted);
  }

  /** Those who are gone are not asked when the next one is due: that may come too soon. */
  void remove(T item) {
    due.remove(item);
  }

  boolean fillsABatch() {
    return due.size() >= limits.items();
  }

  boolean isDue() {
    return !due.isEmpty() && untilDue() <= 0;
  }

  long untilDue() {
    return next - clock.nanoTime();
  }

  /** The oldest ones, as many as go together. */
  List<T> take() {
    List<T> taken = new ArrayList<>(Math.min(due.size(), limits.items()));
    Iterator<T> oldest = due.keySet().iterator();
    while (oldest.hasNext() && taken.size() < limits.items()) {
      taken.add(oldest.next());
      oldest.remove();
    }
    if (!fillsABatch()) {
      long now = clock.nanoTime();
      next = now + due.values().stream().mapToLong(wanted -> wanted - now).min().orElse(0);
    }
    return taken;
  }
}
