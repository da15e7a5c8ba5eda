package io.grpcplatform.stream;

import io.grpcplatform.CallClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When one stream of a server has been silent for too long, in either direction, and when an
 * acknowledgement has waited long enough. One task at a time looks, rather than one per frame.
 *
 * <p>Threading: safe; what is due runs on the clock's thread.
 */
final class StreamTimers {

  /** A client that asks for more heartbeats than this allows gets fewer. */
  private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(10);

  private static final int HEARTBEATS_IN_LIMIT = 3;

  private final CallClock clock;
  private final Due due;
  private long silence;
  private long heartbeat;
  private long heard;
  private long said;
  private boolean stopped;
  private boolean acknowledging;
  private @Nullable Runnable takeBack;

  /** What is done when it is time. */
  interface Due {

    /** This side has said nothing for a while. */
    void heartbeat();

    /** The other side has said nothing for too long. */
    void silent();

    /** An acknowledgement may go alone. */
    void acknowledgement();
  }

  StreamTimers(CallClock clock, Due due) {
    this.clock = clock;
    this.due = due;
  }

  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException centuries) {
      return Long.MAX_VALUE / 2;
    }
  }

  /**
   * Begins to look.
   *
   * @param clientLimitMillis after this long without a frame the client gives up; 0 for never
   */
  synchronized void start(SessionLimits limits, int clientLimitMillis) {
    silence = nanos(limits.silenceLimit());
    heartbeat = nanos(limits.heartbeat());
    if (clientLimitMillis != 0) {
      long limit = TimeUnit.MILLISECONDS.toNanos(Integer.toUnsignedLong(clientLimitMillis));
      // A frame takes a while: a little more often than three times.
      heartbeat = Math.min(heartbeat, limit / (HEARTBEATS_IN_LIMIT + 1));
    }
    heartbeat = Math.max(heartbeat, SHORTEST);
    heard = clock.nanoTime();
    said = heard;
    scheduleNext(heard);
  }

  /** Something came, or could not come before now. */
  synchronized void heard() {
    heard = clock.nanoTime();
  }

  /** A frame is being written. */
  synchronized void said(long now) {
    said = now;
  }

  /** Comes back when an acknowledgement is due; there is one such task at most. */
  synchronized void acknowledgeIn(long nanos) {
    if (!stopped && !acknowledging && nanos > 0) {
      acknowledging = true;
      var unused = clock.schedule(this::acknowledge, nanos);
    }
  }

  private void acknowledge() {
    synchronized (this) {
      acknowledging = false;
      if (stopped) {
        return;
      }
    }
    due.acknowledgement();
  }

  synchronized void stop() {
    stopped = true;
    if (takeBack != null) {
      takeBack.run();
    }
  }

  private void look() {
    long now = clock.nanoTime();
    boolean silent;
    boolean quiet;
    synchronized (this) {
      if (stopped) {
        return;
      }
      silent = now - heard >= silence;
      quiet = now - said >= heartbeat;
    }
    if (silent) {
      due.silent();
    }
    if (quiet) {
      due.heartbeat();
    }
    synchronized (this) {
      scheduleNext(now);
    }
  }

  private void scheduleNext(long now) {
    if (!stopped) {
      takeBack =
          clock.schedule(
              this::look, Math.min(left(heard, silence, now), left(said, heartbeat, now)));
    }
  }

  /**
   * What is overdue, such as a heartbeat that the stream was not ready for, waits another round.
   */
  private static long left(long since, long limit, long now) {
    long left = limit - (now - since);
    return left > 0 ? left : limit;
  }
}
