package io.grpcplatform.stream;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Checks that each of a number of messages is told once, in their order, from 1. Knows nothing of
 * sessions and of what was done to them.
 */
final class OnceInOrder implements LongConsumer {

  private static final int NAMED = 5;

  private final int expected;
  private final BitSet told;
  private final List<String> faults = new ArrayList<>();
  private long last;
  private long twice;
  private long outOfOrder;
  private long unknown;

  OnceInOrder(int expected) {
    this.expected = expected;
    this.told = new BitSet(expected + 1);
  }

  @Override
  public void accept(long message) {
    if (message < 1 || message > expected) {
      unknown++;
      fault("unknown: " + message);
      return;
    }
    if (told.get((int) message)) {
      twice++;
      fault("twice: " + message + " after " + last);
      return;
    }
    told.set((int) message);
    if (message < last) {
      outOfOrder++;
      fault("out of order: " + message + " after " + last);
    }
    last = Math.max(last, message);
  }

  private void fault(String fault) {
    if (faults.size() < NAMED) {
      faults.add(fault);
    }
  }

  /** The verdict, once everything is told. */
  String verdict() {
    int lost = expected - told.cardinality();
    if (lost > 0) {
      fault("first lost: " + told.nextClearBit(1));
    }
    return "%d expected, %d lost, %d twice, %d out of order, %d unknown%s"
        .formatted(
            expected, lost, twice, outOfOrder, unknown, faults.isEmpty() ? "" : " " + faults);
  }

  /** What a verdict without a fault is. */
  static String flawless(int expected) {
    return expected + " expected, 0 lost, 0 twice, 0 out of order, 0 unknown";
  }
}
