package io.grpcplatform.ratelimit;

/**
 * Tokens that come at a rate and are kept up to a burst, as the generic cell rate algorithm (ITU-T
 * I.371) counts them: a token bucket that remembers one moment instead of a number, the moment when
 * it will be full.
 */
final class TokenBucket implements Quota {

  /** A burst that takes a century to come back is as good as one that never does. */
  private static final long LONGEST = Long.MAX_VALUE / 4;

  private long nanosForOne;
  private long nanosForAll;
  private long fullAt;
  private long givenBack;
  private long voidUntil;

  TokenBucket(RateLimit limit, long now) {
    this(limit.parsed().nanosForOne(), limit.burst(), now);
  }

  /** A full bucket of {@code burst} tokens. */
  TokenBucket(long nanosForOne, int burst, long now) {
    this.nanosForOne = nanosForOne;
    this.nanosForAll = nanosForAll(nanosForOne, burst);
    this.fullAt = now;
    this.voidUntil = now;
  }

  private static long nanosForAll(long nanosForOne, int burst) {
    return burst > LONGEST / nanosForOne ? LONGEST : burst * nanosForOne;
  }

  private long nanosToFull(long now) {
    return Math.max(0, fullAt - now);
  }

  @Override
  public boolean take(long now) {
    long toFull = nanosToFull(now) + nanosForOne;
    if (toFull > nanosForAll) {
      return false;
    }
    fullAt = now + toFull;
    return true;
  }

  /** How many tokens there are. */
  long tokens(long now) {
    return (nanosForAll - nanosToFull(now)) / nanosForOne;
  }

  @Override
  public long waitNanos(long now) {
    return Math.max(0, nanosToFull(now) + nanosForOne - nanosForAll);
  }

  /**
   * When the bucket is full again if no more is taken, on a scale that giving back does not move.
   */
  @Override
  public long receipt(long now) {
    return fullAt + givenBack;
  }

  /**
   * A bucket that has been full since the token was taken has had it back already: a token counts
   * only as long as it can be proved that it has not.
   */
  @Override
  public void giveBack(long receipt, long now) {
    long fullEarliest = receipt - givenBack;
    if (fullEarliest - now > 0 && receipt - voidUntil > 0) {
      fullAt -= nanosForOne;
      givenBack += nanosForOne;
    }
  }

  @Override
  public boolean untouched(long now) {
    return nanosToFull(now) == 0;
  }

  @Override
  public void retune(RateLimit limit, long now) {
    double used = (double) nanosToFull(now) / nanosForAll;
    long before = receipt(now);
    nanosForOne = limit.parsed().nanosForOne();
    nanosForAll = nanosForAll(nanosForOne, limit.burst());
    fullAt = now + (long) Math.ceil(used * nanosForAll);
    // A token of the old limit has another worth.
    voidUntil = Math.max(before, receipt(now));
  }
}
