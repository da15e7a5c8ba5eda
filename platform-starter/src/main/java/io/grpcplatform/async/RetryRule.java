package io.grpcplatform.async;

import io.grpc.Status.Code;
import java.time.Duration;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Whether a failed call is tried again, and when: after a random pause of half to all of a time
 * that doubles with each attempt ("equal jitter", AWS Architecture Blog 2015).
 *
 * <p>Threading: safe where the random numbers are.
 */
final class RetryRule {

  private static final int MOST_DOUBLINGS = 40;

  private final int maxAttempts;
  private final long first;
  private final long longest;
  private final Set<Code> codes;
  private final RandomGenerator random;

  RetryRule(
      int maxAttempts, Duration first, Duration longest, Set<Code> codes, RandomGenerator random) {
    this.maxAttempts = maxAttempts;
    this.first = first.toMillis();
    this.longest = longest.toMillis();
    this.codes = Set.copyOf(codes);
    this.random = random;
  }

  /** Whether there is another attempt after this one, of so many. */
  boolean again(Attempt failed, int attempts) {
    return codes.contains(failed.code()) && (failed.refused() || attempts < maxAttempts);
  }

  /** Whether a call may be begun for the time of that number, from 1. */
  boolean allows(int attempts) {
    return attempts <= maxAttempts;
  }

  int maxAttempts() {
    return maxAttempts;
  }

  /** Milliseconds until the attempt after so many. */
  long pause(int attempts) {
    int doublings = Math.min(Math.max(0, attempts - 1), MOST_DOUBLINGS);
    long full = (long) Math.min(longest, first * Math.pow(2, doublings));
    return full - random.nextLong(full / 2 + 1);
  }
}
