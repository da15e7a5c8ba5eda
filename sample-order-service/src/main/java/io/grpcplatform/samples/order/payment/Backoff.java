package io.grpcplatform.samples.order.payment;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: doubling from the first to the longest wait, each drawn
 * between half of it and all of it, so that many who lost one server do not come back at one
 * moment. Confined to one thread.
 */
final class Backoff {
  private final Duration first;
  private final Duration longest;
  private final RandomGenerator chance;
  private Duration next;

  Backoff(Duration first, Duration longest, RandomGenerator chance) {
    this.first = first;
    this.longest = longest;
    this.chance = chance;
    this.next = first;
  }

  Duration next() {
    long ceiling = next.toNanos();
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(longest) < 0 ? doubled : longest;
    return Duration.ofNanos(chance.nextLong(ceiling / 2, ceiling + 1));
  }

  void reset() {
    next = first;
  }
}
