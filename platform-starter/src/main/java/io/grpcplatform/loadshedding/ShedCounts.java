package io.grpcplatform.loadshedding;

import io.grpcplatform.loadshedding.LoadSheddingProperties.Mode;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many calls were shed and how many requests for stream messages were held back, apart from
 * those that only would have been.
 *
 * <p>Threading: safe.
 */
final class ShedCounts {

  private final Counts off = new Counts();
  private final Counts observed = new Counts();
  private final Counts enforced = new Counts();

  /** The counts of one mode. */
  private static final class Counts {
    private final LongAdder[] shed = new LongAdder[Priority.values().length];
    private final LongAdder slowed = new LongAdder();

    Counts() {
      for (int i = 0; i < shed.length; i++) {
        shed[i] = new LongAdder();
      }
    }
  }

  // A call may be judged just after its feature was switched off: that counts, and nobody asks.
  private Counts of(Mode mode) {
    return switch (mode) {
      case OFF -> off;
      case OBSERVE -> observed;
      case ENFORCE -> enforced;
    };
  }

  /** Takes down a call that was one too many. */
  void addShed(Priority priority, Mode mode) {
    of(mode).shed[priority.rank()].increment();
  }

  /** Takes down a request of a stream's handler that came while there was no room. */
  void addSlowed(Mode mode) {
    of(mode).slowed.increment();
  }

  long shed(Priority priority, Mode mode) {
    return of(mode).shed[priority.rank()].sum();
  }

  long slowed(Mode mode) {
    return of(mode).slowed.sum();
  }
}
