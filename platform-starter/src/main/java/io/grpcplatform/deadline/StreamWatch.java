package io.grpcplatform.deadline;

import io.grpc.Metadata;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One stream under its limits. It has one timer at a time, which looks at the time of the last
 * message when it fires: a message costs a clock reading and no timer.
 *
 * <p>Threading: the callbacks run on the call's threads, {@link #run} on the clock's.
 */
final class StreamWatch implements CallHook, Runnable {

  /** The end of the stream at which a watch sits. */
  enum End {
    CLIENT,
    SERVER
  }

  private static final long NEVER = Long.MAX_VALUE;

  private final StreamLimits limits;
  private final CallClock clock;
  private final CallControl control;
  private final End end;
  private final @Nullable AnswerWatch answers;
  private final long started;
  private final long age;
  private volatile long lastMessage;
  private volatile boolean opened;
  private volatile boolean over;
  private volatile @Nullable Runnable timer;

  /**
   * A watch that is not running yet.
   *
   * @param age this stream's own age limit in nanoseconds; 0 for none
   * @param answers what watches the answers of each request; null for nothing
   */
  StreamWatch(
      StreamLimits limits,
      long age,
      CallClock clock,
      CallControl control,
      End end,
      @Nullable AnswerWatch answers) {
    this.limits = limits;
    this.clock = clock;
    this.control = control;
    this.age = age;
    this.end = end;
    this.answers = answers;
    this.started = clock.nanoTime();
    this.lastMessage = started;
  }

  @Override
  public void headers(Metadata headers) {
    opened = true;
  }

  @Override
  public void received(Object message) {
    opened = true;
    touch();
    if (answers != null) {
      tell(answers, message, end == End.SERVER);
    }
  }

  @Override
  public void sent(Object message) {
    touch();
    if (answers != null) {
      tell(answers, message, end == End.CLIENT);
    }
  }

  private static void tell(AnswerWatch answers, Object message, boolean request) {
    if (request) {
      answers.asked(message);
    } else {
      answers.answered(message);
    }
  }

  private void touch() {
    if (limits.idle().on()) {
      lastMessage = clock.nanoTime();
    }
  }

  @Override
  public void ended(Outcome outcome) {
    over = true;
    Runnable pending = timer;
    if (pending != null) {
      pending.run();
    }
    if (answers != null) {
      answers.ended();
    }
  }

  /** Looks whether a limit was passed; if not, looks again when the next one may be. */
  @Override
  public void run() {
    if (over) {
      return;
    }
    long now = clock.nanoTime();
    long open = limits.open().on() && !opened ? limits.open().nanos() - (now - started) : NEVER;
    long idle = limits.idle().on() ? limits.idle().nanos() - (now - lastMessage) : NEVER;
    long old = age > 0 ? age - (now - started) : NEVER;
    if (open <= 0) {
      end(Refusal.Reason.OPEN_TIMEOUT, "No headers and no message for", limits.open());
    } else if (idle <= 0) {
      end(Refusal.Reason.STREAM_IDLE, "No message in either direction for", limits.idle());
    } else if (old <= 0) {
      end(
          Refusal.Reason.STREAM_MAX_AGE,
          "The stream is as old as it may get, a tenth more or less than",
          limits.age());
    } else {
      arm(Math.min(open, Math.min(idle, old)));
    }
  }

  private void arm(long delayNanos) {
    if (delayNanos == NEVER) {
      return;
    }
    Runnable armed = clock.schedule(this, delayNanos);
    timer = armed;
    if (over) {
      // The call ended between the look and the timer, and took back only the one before.
      armed.run();
    }
  }

  private void end(Refusal.Reason reason, String seen, StreamLimits.Limit limit) {
    long millis = TimeUnit.NANOSECONDS.toMillis(limit.nanos());
    control.end(new Refusal(reason, seen + " " + millis + " ms (" + limit.property() + ")", null));
  }
}
