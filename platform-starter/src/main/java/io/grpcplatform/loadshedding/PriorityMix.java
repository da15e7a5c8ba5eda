package io.grpcplatform.loadshedding;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * What share of the calls lately was of which priority. The calls that wait for a thread have told
 * nobody their priority yet; they are taken to be a mix like those before them.
 *
 * <p>Threading: safe; a count may be lost when two threads halve at once, which harms nothing.
 */
final class PriorityMix {

  private static final int FULL = 1024;

  private final AtomicIntegerArray seen = new AtomicIntegerArray(Priority.values().length);

  void note(Priority priority) {
    if (seen.incrementAndGet(priority.rank()) >= FULL) {
      for (int i = 0; i < seen.length(); i++) {
        seen.set(i, seen.get(i) / 2);
      }
    }
  }

  /** Of {@code calls}, how many matter at least as much as {@code priority}, rounded up. */
  long atLeast(Priority priority, long calls) {
    long important = 0;
    long all = 0;
    for (int i = 0; i < seen.length(); i++) {
      int count = seen.get(i);
      all += count;
      if (i <= priority.rank()) {
        important += count;
      }
    }
    return all == 0 ? calls : (calls * important + all - 1) / all;
  }
}
