package io.grpcplatform.loadshedding;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.FixedLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import java.util.concurrent.TimeUnit;

/**
 * How many calls may be in flight, by one of Netflix's concurrency-limits algorithms.
 *
 * <p>The algorithms are told how many times longer than at its fastest a call took, as that many
 * milliseconds. They were made to compare one kind of call with itself; the ratio lets calls of all
 * methods speak to one limit.
 *
 * <p>Threading: safe.
 */
final class AdaptiveLimit {

  /** What a call is reported to have taken when nothing was in its way. */
  static final long UNIT = TimeUnit.MILLISECONDS.toNanos(1);

  // As many samples as the slowest of the algorithms takes to believe what it sees.
  private static final int AT_REST = 10;

  private final Algorithm kind;
  private final Limit algorithm;
  private final int max;

  private AdaptiveLimit(Algorithm kind, int initial, int max) {
    this.kind = kind;
    this.algorithm = kind.make(initial, max);
    this.max = max;
    // What "fastest" is needs no learning here, and an algorithm that begins under load would take
    // a loaded time for it. With nothing in flight this moves no limit.
    for (int i = 0; i < AT_REST; i++) {
      algorithm.onSample(0, UNIT, 0, false);
    }
  }

  /** The known algorithms. */
  enum Algorithm {
    /** Grows while calls hardly queue, shrinks by the length of the queue it infers. */
    VEGAS {
      @Override
      Limit make(int initial, int max) {
        // The fastest time is ours to renew, so Vegas must not take a loaded one for it.
        return VegasLimit.newBuilder()
            .initialLimit(initial)
            .maxConcurrency(max)
            .probeMultiplier(Integer.MAX_VALUE)
            .build();
      }
    },
    /** Follows the ratio of the long-term to the present time of calls. */
    GRADIENT2 {
      @Override
      Limit make(int initial, int max) {
        return Gradient2Limit.newBuilder()
            .initialLimit(initial)
            .minLimit(1)
            .maxConcurrency(max)
            .build();
      }
    },
    /** Grows by one, shrinks by a tenth when a call takes more than twice its fastest time. */
    AIMD {
      @Override
      Limit make(int initial, int max) {
        return AIMDLimit.newBuilder()
            .initialLimit(initial)
            .minLimit(1)
            .maxLimit(max)
            .timeout(2 * UNIT, TimeUnit.NANOSECONDS)
            .build();
      }
    },
    /** Stays where it began. */
    FIXED {
      @Override
      Limit make(int initial, int max) {
        return FixedLimit.of(initial);
      }
    };

    abstract Limit make(int initial, int max);
  }

  static AdaptiveLimit of(Algorithm algorithm, int initial, int max) {
    return new AdaptiveLimit(algorithm, initial, max);
  }

  /** The limit for other settings, which goes on from what this one has found. */
  AdaptiveLimit under(Algorithm next, int initial, int nextMax) {
    if (next == Algorithm.FIXED) {
      return new AdaptiveLimit(next, initial, nextMax);
    }
    return next == kind && nextMax == max
        ? this
        : new AdaptiveLimit(next, Math.min(calls(), nextMax), nextMax);
  }

  /** At least 1, at most the maximum that was set. */
  int calls() {
    return Math.max(1, Math.min(max, algorithm.getLimit()));
  }

  /**
   * Learns from one call that was served.
   *
   * @param tookNanos from its begin to the end of its work, its second wait for a thread included
   * @param fastestNanos what such a call takes when nothing is in its way
   * @param inFlight how many were in flight when it began, itself included
   */
  void sample(long tookNanos, long fastestNanos, int inFlight) {
    double slowdown = Math.max(1.0, (double) tookNanos / fastestNanos);
    algorithm.onSample(0, (long) (slowdown * UNIT), inFlight, false);
  }
}
