package io.grpcplatform.ratelimit;

import io.grpcplatform.CallClock;
import java.util.concurrent.TimeUnit;

/** What was let in between the first refusal and the last one, and in what time. */
final class BetweenRefusals implements LimitCounters {

  private final CallClock clock;
  private boolean begun;
  private boolean refusedOnce;
  private long in;
  private long firstAt;
  private long lastAt;
  private long inAtLast;

  BetweenRefusals(CallClock clock) {
    this.clock = clock;
  }

  /** Forgets what was until now. */
  synchronized void begin() {
    begun = true;
    refusedOnce = false;
    firstAt = 0;
    lastAt = 0;
    inAtLast = 0;
  }

  @Override
  public synchronized void allowed() {
    in++;
  }

  @Override
  public synchronized void refused() {
    if (!begun) {
      return;
    }
    lastAt = clock.nanoTime();
    inAtLast = in;
    if (!refusedOnce) {
      refusedOnce = true;
      firstAt = lastAt;
      in = 0;
      inAtLast = 0;
    }
  }

  @Override
  public void waited() {}

  synchronized double seconds() {
    return (double) (lastAt - firstAt) / TimeUnit.SECONDS.toNanos(1);
  }

  synchronized double perSecond() {
    return inAtLast / seconds();
  }

  @Override
  public String toString() {
    return "%.1f/s in %.3f s".formatted(perSecond(), seconds());
  }
}
