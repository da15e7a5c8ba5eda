package io.grpcplatform.deadline;

import io.grpcplatform.CallClock;
import io.grpcplatform.CallControl;
import io.grpcplatform.Refusal;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one stream that wait for their answers, oldest first. It has one timer at most,
 * and none while nothing waits.
 *
 * <p>Threading: safe. Requests and answers come on the call's threads, {@link #run} on the clock's.
 */
final class AnswerWatch implements Runnable {

  private final StreamLimits.Limit limit;
  private final MessageCorrelation correlation;
  private final CallClock clock;
  private final CallControl control;
  private final Map<Object, Long> waiting = new LinkedHashMap<>();
  private @Nullable Runnable timer;
  private boolean over;

  AnswerWatch(
      StreamLimits.Limit limit,
      MessageCorrelation correlation,
      CallClock clock,
      CallControl control) {
    this.limit = limit;
    this.correlation = correlation;
    this.clock = clock;
    this.control = control;
  }

  /** A request went its way; one that repeats a key that waits changes nothing. */
  void asked(Object request) {
    Object key = correlation.ofRequest(request);
    if (key == null) {
      return;
    }
    synchronized (this) {
      waiting.putIfAbsent(key, clock.nanoTime());
      if (timer == null && !over) {
        timer = clock.schedule(this, limit.nanos());
      }
    }
  }

  void answered(Object answer) {
    Object key = correlation.ofAnswer(answer);
    if (key != null) {
      synchronized (this) {
        waiting.remove(key);
      }
    }
  }

  synchronized void ended() {
    over = true;
    waiting.clear();
    if (timer != null) {
      timer.run();
      timer = null;
    }
  }

  /** Looks at the oldest request; if it may wait on, looks again when it may not. */
  @Override
  public void run() {
    if (late()) {
      control.end(
          new Refusal(
              Refusal.Reason.STREAM_IDLE,
              "A request had no answer for "
                  + TimeUnit.NANOSECONDS.toMillis(limit.nanos())
                  + " ms ("
                  + limit.property()
                  + ")",
              null));
    }
  }

  private synchronized boolean late() {
    timer = null;
    Iterator<Long> oldest = waiting.values().iterator();
    if (over || !oldest.hasNext()) {
      return false;
    }
    long left = limit.nanos() - (clock.nanoTime() - oldest.next());
    if (left <= 0) {
      return true;
    }
    timer = clock.schedule(this, left);
    return false;
  }
}
