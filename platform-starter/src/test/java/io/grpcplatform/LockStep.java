package io.grpcplatform;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets two threads walk through the same rounds side by side, so that their steps race in each of
 * them.
 */
final class LockStep {

  private final AtomicInteger first = new AtomicInteger();
  private final AtomicInteger second = new AtomicInteger();

  void firstAt(int round) {
    first.set(round);
    await(second, round);
  }

  void secondAt(int round) {
    second.set(round);
    await(first, round);
  }

  // On a loaded machine the other thread may be waiting for this very processor.
  @SuppressWarnings("ThreadPriorityCheck")
  private static void await(AtomicInteger other, int round) {
    for (int spins = 0; other.get() < round; spins++) {
      if (spins < 200) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }
}
