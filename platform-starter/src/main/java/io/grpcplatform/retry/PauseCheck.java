package io.grpcplatform.retry;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether all attempts of a call can start before its deadline. */
final class PauseCheck {

  /**
   * A deadline and what says so.
   *
   * @param property the property, or the contract's option
   */
  record Known(Duration deadline, String property) {}

  private PauseCheck() {}

  /** What is wrong with the pauses of a method; null where they fit. */
  static @Nullable String misfit(String method, AttemptPolicy policy, Known known) {
    Duration pauses = policy.leastPauses();
    if (known.deadline().isZero() || pauses.compareTo(known.deadline()) < 0) {
      return null;
    }
    String settings =
        policy instanceof AttemptPolicy.Retry
            ? "max-attempts, initial-backoff, max-backoff and multiplier of platform.retry or"
                + " platform.retry.methods["
                + method
                + "]"
            : "delay and max-attempts of platform.retry.hedging.methods";
    return method
        + " waits at least "
        + RetrySettings.text(pauses)
        + " before the last of its "
        + policy.maxAttempts()
        + " attempts ("
        + settings
        + ") and must be over in "
        + RetrySettings.text(known.deadline())
        + " ("
        + known.property()
        + "): that attempt is never made";
  }
}
