package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a breaker will stay open. resilience4j does not tell, so it is worked out from when the
 * breaker was first seen open and how often in a row it was.
 */
final class OpenTime {

  /** An open state has long ceased to grow by then. */
  private static final int LONGEST_ROW = 64;

  private @Nullable Object noted;
  private int openedInARow;
  private Instant until = Instant.EPOCH;

  /**
   * Takes down that the breaker, which is open, has opened.
   *
   * @param probing the permit of the last half-open state, or null
   * @return how long it will stay open, in nanoseconds; 0 where this opening was noted before
   */
  long note(CircuitBreaker breaker, @Nullable Object probing) {
    // An open state keeps the numbers of the one it came from, so they tell which that was.
    Object cameFrom = breaker.getMetrics();
    synchronized (this) {
      if (noted == cameFrom) {
        return 0;
      }
      noted = cameFrom;
      openedInARow = cameFrom == probing ? openedInARow + 1 : 1;
      CircuitBreakerConfig config = breaker.getCircuitBreakerConfig();
      long millis = config.getWaitIntervalFunctionInOpenState().apply(openedInARow);
      until = config.getClock().instant().plusMillis(millis);
      return TimeUnit.MILLISECONDS.toNanos(millis);
    }
  }

  /** Puts a breaker that was just made into a state that one before it is in. */
  void carry(State state, CircuitBreaker next) {
    synchronized (this) {
      // Settings may begin in another state, and not every state leads to every other.
      next.transitionToClosedState();
      switch (state) {
        case CLOSED -> {}
        case DISABLED -> next.transitionToDisabledState();
        case METRICS_ONLY -> next.transitionToMetricsOnlyState();
        case FORCED_OPEN -> next.transitionToForcedOpenState();
        case HALF_OPEN -> {
          open(next);
          next.transitionToHalfOpenState();
        }
        case OPEN -> {
          open(next);
          next.transitionToOpenStateUntil(until);
          noted = next.getMetrics();
        }
      }
    }
  }

  /** Opens a breaker as often as its predecessor was, for it counts that by itself. */
  private void open(CircuitBreaker next) {
    int openings = Math.min(Math.max(1, openedInARow), LONGEST_ROW);
    for (int opening = 0; opening < openings; opening++) {
      next.transitionToOpenState();
    }
  }

  /** What is left of the open state, or null where that cannot be told. */
  @Nullable Duration remaining(CircuitBreaker breaker) {
    synchronized (this) {
      Duration left =
          Duration.between(breaker.getCircuitBreakerConfig().getClock().instant(), until);
      return left.isNegative() || left.isZero() ? null : left;
    }
  }
}
