package io.grpcplatform.ratelimit;

/**
 * How many may still pass. Takes its time from whoever asks, in nanoseconds of one clock.
 *
 * <p>Threading: for one thread at a time; a {@link Turnstile} guards it.
 */
interface Quota {

  /** Takes one if there is one. */
  boolean take(long now);

  /** How long until one can be taken, if nobody else takes it: 0 for now. */
  long waitNanos(long now);

  /** What to hand to {@link #giveBack} if the one that was taken last is not used. */
  long receipt(long now);

  /** Gives back what was taken and not used; does nothing where it would allow too many. */
  void giveBack(long receipt, long now);

  /** Whether forgetting it and beginning anew makes no difference. */
  boolean untouched(long now);

  /** Changes the limit; what was used of the old one is as much used of the new one. */
  void retune(RateLimit limit, long now);
}
