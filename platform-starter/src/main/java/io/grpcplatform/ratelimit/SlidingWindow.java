package io.grpcplatform.ratelimit;

import java.util.Arrays;

/**
 * At most so many in any window, wherever it begins. Counts in {@value #SLOTS} slots per window and
 * one more, so that no window reaches further back than what is counted: what was let through
 * counts up to a sixtieth of the window longer than it must.
 */
final class SlidingWindow implements Quota {

  static final int SLOTS = 60;

  private static final int COUNTED = SLOTS + 1;

  private final long[] counts = new long[COUNTED];
  private final long origin;
  private long slotNanos;
  private long amount;
  private long slot;
  private long used;
  private long oldestReceipt;

  SlidingWindow(RateLimit limit, long now) {
    this(limit.parsed().amount(), limit.parsed().unit().toNanos(), now);
  }

  /** A window in which nothing has happened yet. */
  SlidingWindow(long amount, long windowNanos, long now) {
    this.amount = amount;
    this.slotNanos = slotNanos(windowNanos);
    this.origin = now;
  }

  private static long slotNanos(long windowNanos) {
    return (windowNanos + SLOTS - 1) / SLOTS;
  }

  private void moveTo(long now) {
    long next = Math.max(slot, (now - origin) / slotNanos);
    for (long left = Math.min(next - slot, COUNTED); left > 0; left--) {
      slot++;
      used -= counts[at(slot)];
      counts[at(slot)] = 0;
    }
    slot = next;
  }

  private static int at(long slot) {
    return (int) (slot % COUNTED);
  }

  @Override
  public boolean take(long now) {
    moveTo(now);
    if (used >= amount) {
      return false;
    }
    counts[at(slot)]++;
    used++;
    return true;
  }

  /** How many more may pass now. */
  long left(long now) {
    moveTo(now);
    return Math.max(0, amount - used);
  }

  @Override
  public long waitNanos(long now) {
    moveTo(now);
    long counted = used;
    long oldest = Math.max(0, slot - SLOTS);
    while (counted >= amount && oldest <= slot) {
      counted -= counts[at(oldest)];
      oldest++;
    }
    return used < amount ? 0 : origin + (oldest + SLOTS) * slotNanos - now;
  }

  /** The slot in which it counts. */
  @Override
  public long receipt(long now) {
    return slot;
  }

  @Override
  public void giveBack(long receipt, long now) {
    moveTo(now);
    if (receipt >= oldestReceipt && slot - receipt <= SLOTS && counts[at(receipt)] > 0) {
      counts[at(receipt)]--;
      used--;
    }
  }

  @Override
  public boolean untouched(long now) {
    moveTo(now);
    return used == 0;
  }

  /** What was let through stays counted; a window of another length begins with its share of it. */
  @Override
  public void retune(RateLimit limit, long now) {
    moveTo(now);
    Rate rate = limit.parsed();
    double share = (double) used / amount;
    amount = rate.amount();
    long other = slotNanos(rate.unit().toNanos());
    if (other != slotNanos) {
      slotNanos = other;
      slot = (now - origin) / slotNanos;
      oldestReceipt = slot + 1;
      Arrays.fill(counts, 0);
      used = Math.min(amount, (long) Math.ceil(share * amount));
      counts[at(slot)] = used;
    }
  }
}
