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

  private static final int PRIORITIES = Priority.values().length;
  private static final int MODES = Mode.values().length;

  private final LongAdder[] shed = adders(MODES * PRIORITIES);
  private final LongAdder[] slowed = adders(MODES);

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    for (int i = 0; i < count; i++) {
      adders[i] = new LongAdder();
    }
    return adders;
  }

  private LongAdder shedBy(Priority priority, Mode mode) {
    return shed[mode.ordinal() * PRIORITIES + priority.rank()];
  }

  /** Takes down a call that was one too many. */
  void addShed(Priority priority, Mode mode) {
    shedBy(priority, mode).increment();
  }

  /** Takes down a request of a stream's handler that came while there was no room. */
  void addSlowed(Mode mode) {
    slowed[mode.ordinal()].increment();
  }

  long shed(Priority priority, Mode mode) {
    return shedBy(priority, mode).sum();
  }

  long slowed(Mode mode) {
    return slowed[mode.ordinal()].sum();
  }
}
