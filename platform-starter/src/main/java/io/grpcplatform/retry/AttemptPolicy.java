package io.grpcplatform.retry;

import io.grpc.Status;
import java.time.Duration;
import java.util.Set;

/** How often, and when, the calls of one method are attempted again; complete, immutable. */
sealed interface AttemptPolicy {

  /** All attempts of one call, the first included. */
  int maxAttempts();

  /** The status codes after which another attempt may help. */
  Set<Status.Code> codes();

  /**
   * The shortest pause between a failed attempt and the next.
   *
   * @param retry 1 for the pause before the second attempt
   */
  Duration leastPause(int retry);

  /** How long after the first attempt the last one starts at the earliest. */
  Duration leastPauses();

  /** The next attempt follows a failed one. */
  record Retry(
      int maxAttempts,
      Duration initialBackoff,
      Duration maxBackoff,
      double multiplier,
      Set<Status.Code> codes)
      implements AttemptPolicy {

    /** gRPC draws each pause from a fifth below to a fifth above. */
    private static final double LEAST = 0.8;

    @Override
    public Duration leastPause(int retry) {
      double nanos = (double) initialBackoff.toNanos() * Math.pow(multiplier, retry - 1);
      return Duration.ofNanos((long) (LEAST * Math.min(nanos, (double) maxBackoff.toNanos())));
    }

    @Override
    public Duration leastPauses() {
      Duration sum = Duration.ZERO;
      for (int retry = 1; retry < maxAttempts; retry++) {
        sum = sum.plus(leastPause(retry));
      }
      return sum;
    }
  }

  /** The next attempt starts while those before it are still under way. */
  record Hedging(int maxAttempts, Duration delay, Set<Status.Code> codes) implements AttemptPolicy {

    /** A hedge that failed lets the next one start at once. */
    @Override
    public Duration leastPause(int retry) {
      return Duration.ZERO;
    }

    @Override
    public Duration leastPauses() {
      return delay.multipliedBy(maxAttempts - 1);
    }
  }
}
