package io.grpcplatform.async;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs a task once more whenever it is asked to, never twice at a time and never inside itself: a
 * thread that asks while it runs goes on, and whoever runs it looks again. So what leads to another
 * round at once needs no stack.
 *
 * <p>Threading: safe.
 */
final class Rounds {

  private final Runnable round;
  private final AtomicInteger asked = new AtomicInteger();

  Rounds(Runnable round) {
    this.round = round;
  }

  void run() {
    if (asked.getAndIncrement() != 0) {
      return;
    }
    int seen;
    do {
      seen = asked.get();
      try {
        round.run();
      } catch (Throwable failed) { // or nobody would ever run another
        asked.set(0);
        throw failed;
      }
    } while (asked.addAndGet(-seen) != 0);
  }
}
