package io.grpcplatform.stream;

import java.time.Duration;

/**
 * Whether one stream is alive: when this side owes a heartbeat, and since when it has heard
 * nothing. Not safe for threads: its session calls it in order.
 */
final class Liveness {

  private final long silence;
  private long heartbeat;
  private long heard;
  private long said;

  Liveness(SessionLimits limits, long now) {
    this.silence = limits.silenceLimit().toNanos();
    this.heartbeat = limits.heartbeat().toNanos();
    this.heard = now;
    this.said = now;
  }

  /** The other side gives up after so much silence; it is to hear three heartbeats in that time. */
  void expectedWithin(int millis) {
    if (millis > 0) {
      heartbeat = Math.min(heartbeat, Math.max(1, Duration.ofMillis(millis).toNanos() / 3));
    }
  }

  /** A frame has come, or is asked for again after a time in which none could. */
  void heard(long now) {
    heard = now;
  }

  void said(long now) {
    said = now;
  }

  boolean silent(long now) {
    return now - heard >= silence;
  }

  boolean owesHeartbeat(long now) {
    return now - said >= heartbeat;
  }

  /** How many nanoseconds from now one of both may be so. */
  long nextLook(long now) {
    return Math.max(1, Math.min(heard + silence - now, said + heartbeat - now));
  }
}
