package io.grpcplatform.deadline;

import io.grpcplatform.CallClock;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.CallLatencies.Summary;
import io.grpcplatform.deadline.DeadlineProperties.Adaptive;
import io.grpcplatform.deadline.DeadlineProperties.Mode;
import java.util.concurrent.TimeUnit;

/**
 * The deadline that one method's latencies of the last minute suggest: a multiple of what the
 * slowest of a hundred calls took. It outlives settings and plans.
 *
 * <p>It stays as it is while its samples say less than they seem to: the circuit breaker refuses
 * calls, or too many fail. But for a minute at most, or a deadline that is too short would keep
 * itself alive by the failures it causes.
 *
 * <p>Threading: safe. Reading it costs a look at the clock and allocates nothing, once in ten
 * seconds excepted.
 */
final class AdaptiveDeadline {

  /** How long the windows of {@link CallLatencies} reach back, and so how long it may be frozen. */
  private static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final CallLatencies.Window window;
  private final CallClock clock;
  private volatile Suggestion last;
  private volatile long configured;

  /**
   * What was made of a summary by a rule.
   *
   * @param nanos 0 for none
   * @param since when it was frozen; of no meaning where it is not
   */
  private record Suggestion(Summary of, Adaptive rule, long nanos, boolean frozen, long since) {

    boolean holdsFor(Summary seen, Adaptive by) {
      return !frozen && of.equals(seen) && rule.equals(by);
    }
  }

  AdaptiveDeadline(CallLatencies.Window window, CallClock clock, Adaptive rule) {
    this.window = window;
    this.clock = clock;
    this.last = new Suggestion(window.summary(), rule, 0, false, 0);
  }

  /** Says what the method has without this; what is shown never exceeds it. */
  void configured(long nanos) {
    configured = nanos;
  }

  /** What a call may take of {@code configured} nanoseconds, of which 0 is none and stays none. */
  long tighten(long configured, Adaptive rule) {
    long suggested = suggested(rule);
    return rule.mode() == Mode.ENFORCE && suggested > 0
        ? Math.min(configured, suggested)
        : configured;
  }

  /** What a call would get in mode enforce, in seconds; NaN where nothing is suggested. */
  double seconds(Adaptive rule) {
    long suggested = suggested(rule);
    return suggested == 0 || configured == 0
        ? Double.NaN
        : Math.min(configured, suggested) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  /** What half of the calls took at most; 0 where too few are known. */
  long typical(Adaptive rule) {
    Summary seen = window.summary();
    return enough(seen, rule) ? seen.p50Nanos() : 0;
  }

  private long suggested(Adaptive rule) {
    if (rule.mode() == Mode.OFF) {
      return 0;
    }
    Suggestion now = last;
    Summary seen = window.summary();
    if (!now.holdsFor(seen, rule)) {
      // Two threads may both come here: they find the same.
      now = next(now, seen, rule);
      last = now;
    }
    return now.nanos();
  }

  private Suggestion next(Suggestion before, Summary seen, Adaptive rule) {
    if (!frozen(seen, rule)) {
      return new Suggestion(seen, rule, enough(seen, rule) ? of(seen, rule) : 0, false, 0);
    }
    long now = clock.nanoTime();
    if (!before.frozen()) {
      return new Suggestion(seen, rule, before.nanos(), true, now);
    }
    boolean forgotten = before.nanos() > 0 && now - before.since() >= MEMORY_NANOS;
    return forgotten ? new Suggestion(seen, rule, 0, true, before.since()) : before;
  }

  private static boolean frozen(Summary seen, Adaptive rule) {
    return seen.openBreaker() || seen.failures() * 100 > seen.calls() * rule.maxErrorPercent();
  }

  private static boolean enough(Summary seen, Adaptive rule) {
    return seen.calls() - seen.failures() >= rule.minCalls();
  }

  private static long of(Summary seen, Adaptive rule) {
    long least = Math.max(1, DeadlineSettings.nanos(rule.min()));
    return Math.max(least, (long) (seen.p99Nanos() * rule.factor()));
  }
}
