package io.grpcplatform;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.IntCountsHistogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * How long the unary calls of each method took of late, for policies that follow the backend: six
 * windows of ten seconds. A method is measured from when a feature has first asked for it.
 *
 * <p>Threading: safe. Recording takes no lock but where it meets the end of a window, once in ten
 * seconds, and allocates nothing but where a call takes longer than any before.
 */
public final class CallLatencies {

  private static final int WINDOWS = 6;
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LONGEST_MICROS = TimeUnit.HOURS.toMicros(1);

  private final CallClock clock;
  private final Map<CallKey, Window> windows = new ConcurrentHashMap<>();

  /** Latencies by the time of {@code clock}. */
  public CallLatencies(CallClock clock) {
    this.clock = clock;
  }

  /** The method's window, which is the same one for every feature; measured from now on. */
  public Window of(CallKey key) {
    return windows.computeIfAbsent(key, absent -> new Window(clock));
  }

  /** The method's window if a feature has asked for it, else null. */
  @Nullable Window asked(CallKey key) {
    return windows.get(key);
  }

  /**
   * What the last minute of one method's calls says, as of the end of the last window.
   *
   * @param calls calls that were answered or failed; refused and given-up ones are none
   * @param failures how many of them were failures
   * @param openBreaker whether the circuit breaker refused a call
   * @param p50Nanos half of the successful calls took no longer; 0 where none did
   * @param p95Nanos 95 of 100 took no longer
   * @param p99Nanos 99 of 100 took no longer
   */
  public record Summary(
      long calls, long failures, boolean openBreaker, long p50Nanos, long p95Nanos, long p99Nanos) {

    static final Summary EMPTY = new Summary(0, 0, false, 0, 0, 0);
  }

  /** The last minute of one method's calls. */
  public static final class Window {

    private final CallClock clock;
    // They grow with the longest time seen: for an hour at once each would take fifty kilobytes.
    private final Recorder recorder = new Recorder(2);
    private @Nullable Histogram interval;
    private final Slice[] slices = new Slice[WINDOWS];
    private final LongAdder failures = new LongAdder();
    private final AtomicLong turn;
    private int next;
    private volatile boolean refusedByBreaker;
    private volatile Summary summary = Summary.EMPTY;

    /** One window that has ended. */
    private record Slice(
        IntCountsHistogram times, long failures, boolean openBreaker, long ended) {}

    private Window(CallClock clock) {
      this.clock = clock;
      this.turn = new AtomicLong(clock.nanoTime() + WINDOW_NANOS);
    }

    /** The last six windows that have ended. */
    public Summary summary() {
      rotate();
      return summary;
    }

    /** Takes a call down; {@code nanos} is how long it took. */
    void ended(long nanos, Outcome outcome) {
      rotate();
      Refusal refusal = outcome.refusal();
      if (refusal != null) {
        if (refusal.reason() == Refusal.Reason.CIRCUIT_OPEN) {
          refusedByBreaker = true;
        }
        return;
      }
      switch (outcome.kind()) {
        case SUCCESS ->
            recorder.recordValue(
                Math.max(0, Math.min(TimeUnit.NANOSECONDS.toMicros(nanos), LONGEST_MICROS)));
        case FAILURE, OVERLOAD -> failures.increment();
        case IGNORED -> {}
      }
    }

    private void rotate() {
      long due = turn.get();
      long now = clock.nanoTime();
      if (now - due >= 0 && turn.compareAndSet(due, now + WINDOW_NANOS)) {
        turnOver(due, now);
      }
    }

    private synchronized void turnOver(long due, long now) {
      interval = recorder.getIntervalHistogram(interval);
      IntCountsHistogram times = new IntCountsHistogram(2);
      times.add(interval);
      // It ended when it was due, however long nobody came to turn it over.
      slices[next] = new Slice(times, failures.sumThenReset(), refusedByBreaker, due);
      refusedByBreaker = false;
      next = (next + 1) % WINDOWS;
      Histogram sum = new Histogram(2);
      long failed = 0;
      boolean open = false;
      for (Slice slice : slices) {
        // Where no call came for long, nobody has pushed out the windows of before.
        if (slice != null && now - slice.ended() < WINDOWS * WINDOW_NANOS) {
          sum.add(slice.times());
          failed += slice.failures();
          open |= slice.openBreaker();
        }
      }
      summary =
          new Summary(
              sum.getTotalCount() + failed,
              failed,
              open,
              percentile(sum, 50),
              percentile(sum, 95),
              percentile(sum, 99));
    }

    private static long percentile(Histogram times, double percent) {
      return times.getTotalCount() == 0
          ? 0
          : TimeUnit.MICROSECONDS.toNanos(times.getValueAtPercentile(percent));
    }
  }
}
