package io.grpcplatform.async;

import java.time.Duration;

/**
 * When a batch goes, and how much may wait.
 *
 * @param items how many items are in a batch at most; so many that wait go at once
 * @param delay how long an item waits for others at most; an item that has less than twice this
 *     left of its deadline waits half of what it has. Zero: nothing waits but while as many batches
 *     are under way as may be, and what comes meanwhile goes together
 * @param atOnce how many batches may be under way at a time
 * @param waiting how many items may wait; one more is refused
 */
public record BatchLimits(int items, Duration delay, int atOnce, int waiting) {

  /** 100 items, 2 ms, 4 batches at once, 10 000 items waiting. */
  public static final BatchLimits STANDARD = new BatchLimits(100, Duration.ofMillis(2), 4, 10_000);

  public BatchLimits {
    if (items < 1) {
      throw new IllegalArgumentException("items: " + items + " (expected: >= 1)");
    }
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay: " + delay + " (expected: >= 0s)");
    }
    if (atOnce < 1) {
      throw new IllegalArgumentException("at once: " + atOnce + " (expected: >= 1)");
    }
    if (waiting < items) {
      throw new IllegalArgumentException(
          "waiting: " + waiting + " (expected: >= " + items + ", the items of a batch)");
    }
  }

  /** The same with batches of so many items, and room for as many to wait. */
  public BatchLimits withItems(int most) {
    return new BatchLimits(most, delay, atOnce, Math.max(waiting, most));
  }

  /** The same with another delay. */
  public BatchLimits withDelay(Duration longest) {
    return new BatchLimits(items, longest, atOnce, waiting);
  }

  /** The same with so many batches at once. */
  public BatchLimits withAtOnce(int batches) {
    return new BatchLimits(items, delay, batches, waiting);
  }

  /** The same with room for so many items to wait. */
  public BatchLimits withWaiting(int most) {
    return new BatchLimits(items, delay, atOnce, most);
  }
}
