package io.grpcplatform.circuitbreaker;

import io.grpcplatform.CallClock;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * Refuses calls here that an overloaded backend would refuse there, which costs it less: with the
 * probability max(0, (requests - K * accepts) / (requests + 1)) over the last ten seconds, at most
 * 0.9, so that enough calls go out to notice when it is over. Adaptive throttling of the book "Site
 * Reliability Engineering" (Google), chapter "Handling Overload".
 *
 * <p>Threading: safe; holds a lock for a few instructions.
 */
final class OverloadThrottle {

  /** The highest share of calls that is refused here. */
  static final double HIGHEST = 0.9;

  private static final int SECONDS = 10;
  private static final long SLOT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CallClock clock;
  private final DoubleSupplier chance;
  private final long origin;
  private final long[] requests = new long[SECONDS];
  private final long[] accepts = new long[SECONDS];
  private long second;
  private long allRequests;
  private long allAccepts;

  /**
   * A throttle that has seen nothing.
   *
   * @param chance random numbers from 0 (inclusive) to 1 (exclusive)
   */
  OverloadThrottle(CallClock clock, DoubleSupplier chance) {
    this.clock = clock;
    this.chance = chance;
    this.origin = clock.nanoTime();
  }

  /** The backend took a call, whether it did it well or not. */
  void accepted() {
    count(1);
  }

  /** The backend was too busy for a call. */
  void rejected() {
    count(0);
  }

  /** Draws whether the next call is to be refused here; one that is counts as a request. */
  boolean refuses(double multiplier) {
    double probability = probability(multiplier);
    if (probability == 0 || chance.getAsDouble() >= probability) {
      return false;
    }
    count(0);
    return true;
  }

  /** The share of calls that is refused here at the moment. */
  synchronized double probability(double multiplier) {
    turn();
    return probability(allRequests, allAccepts, multiplier);
  }

  /** The formula, for numbers from anywhere. */
  static double probability(long requests, long accepts, double multiplier) {
    double share = (requests - multiplier * accepts) / (requests + 1.0);
    return Math.min(HIGHEST, Math.max(0, share));
  }

  private synchronized void count(int accepted) {
    turn();
    int slot = (int) (second % SECONDS);
    requests[slot]++;
    accepts[slot] += accepted;
    allRequests++;
    allAccepts += accepted;
  }

  private void turn() {
    long now = (clock.nanoTime() - origin) / SLOT_NANOS;
    long stale = Math.min(now - second, SECONDS);
    for (long gone = 1; gone <= stale; gone++) {
      int slot = (int) ((second + gone) % SECONDS);
      allRequests -= requests[slot];
      allAccepts -= accepts[slot];
      requests[slot] = 0;
      accepts[slot] = 0;
    }
    second = Math.max(second, now);
  }
}
