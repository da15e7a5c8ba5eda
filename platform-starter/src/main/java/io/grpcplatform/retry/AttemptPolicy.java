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

  /** The next attempt follows a failed one. */
  record Retry(
      int maxAttempts,
      Duration initialBackoff,
      Duration maxBackoff,
      double multiplier,
      Set<Status.Code> codes)
      implements AttemptPolicy {}

  /** The next attempt starts while those before it are still under way. */
  record Hedging(int maxAttempts, Duration delay, Set<Status.Code> codes)
      implements AttemptPolicy {}
}
