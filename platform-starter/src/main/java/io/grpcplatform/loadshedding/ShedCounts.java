package io.grpcplatform.loadshedding;

import java.util.concurrent.atomic.LongAdder;

/**
 * How many calls were shed and how many requests for stream messages were held back, apart from
 * those that only would have been.
 *
 * <p>Threading: safe.
 */
final class ShedCounts {

  private static final int PRIORITIES = Priority.values().length;

  private final LongAdder[] shed = adders(2 * PRIORITIES);
  private final LongAdder[] slowed = adders(2);

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    for (int i = 0; i < count; i++) {
      adders[i] = new LongAdder();
    }
    return adders;
  }

  private static int index(boolean enforced) {
    return enforced ? 1 : 0;
  }

  private LongAdder shedBy(Priority priority, boolean enforced) {
    return shed[index(enforced) * PRIORITIES + priority.rank()];
  }

  /** Takes down a call that was one too many. */
  void addShed(Priority priority, boolean enforced) {
    shedBy(priority, enforced).increment();
  }

  /** Takes down a request of a stream's handler that came while there was no room. */
  void addSlowed(boolean enforced) {
    slowed[index(enforced)].increment();
  }

  long shed(Priority priority, boolean enforced) {
    return shedBy(priority, enforced).sum();
  }

  long slowed(boolean enforced) {
    return slowed[index(enforced)].sum();
  }
}
