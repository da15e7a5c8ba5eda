package io.grpcplatform.loadshedding;

import java.util.concurrent.TimeUnit;

/**
 * Whether calls have waited too long for a thread: more than 10 ms, for 100 ms. Once they have, it
 * says so until a second has passed without a call that waited that long or met a full server;
 * shedding itself makes waits short, and would else let the queue fill again ten times a second.
 *
 * <p>Threading: safe without locks; two threads that meet may judge one call late.
 */
final class QueueWait {

  private static final long LONG_WAIT = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long FOR = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long GAP = TimeUnit.SECONDS.toNanos(1);
  private static final long HOLD = TimeUnit.SECONDS.toNanos(1);

  private volatile boolean above;
  private volatile boolean tooLong;
  private volatile long since;
  private volatile long lastAbove;
  private volatile long lastPressed;

  /** Takes down how long a call has waited for a thread to begin on. */
  void began(long waitNanos, long now) {
    // A call alone proves that waits were long since it had waited 10 ms.
    note(waitNanos, now - (waitNanos - LONG_WAIT), now);
  }

  /**
   * Takes down how long a call that had begun has waited for its message. That may be its caller's
   * doing: it takes 100 ms of such calls, with none among them that was quick.
   */
  void received(long waitNanos, long now) {
    note(waitNanos, now, now);
  }

  private void note(long waitNanos, long from, long now) {
    if (waitNanos <= LONG_WAIT) {
      if (above) {
        above = false;
      }
      return;
    }
    if (!above || from - lastAbove > GAP || from - since < 0) {
      since = from;
      above = true;
    }
    lastAbove = now;
    lastPressed = now;
    if (now - since >= FOR) {
      tooLong = true;
    }
  }

  /**
   * Answers.
   *
   * @param full whether there are as many calls in flight as may be
   */
  boolean tooLong(boolean full, long now) {
    if (!tooLong) {
      return false;
    }
    if (full) {
      lastPressed = now;
    } else if (now - lastPressed >= HOLD) {
      tooLong = false;
      return false;
    }
    return true;
  }
}
