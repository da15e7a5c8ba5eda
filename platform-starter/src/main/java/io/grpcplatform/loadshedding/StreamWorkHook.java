package io.grpcplatform.loadshedding;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One stream: a sixteenth of a call while it is idle, a whole one while it works. It works while a
 * callback of its handler runs, and from a message's arrival until the handler answers it or asks
 * for the next.
 *
 * <p>A stream that sends to a full server is slowed: its handler's requests for messages are held
 * back, and one is let through every 50 ms until there is room again.
 *
 * <p>Threading: callbacks come on the call's threads, {@link #run} on the clock's; this object's
 * monitor guards the state and is never held while the call is told something.
 */
final class StreamWorkHook implements CallHook, Runnable {

  static final long PACE = TimeUnit.MILLISECONDS.toNanos(50);

  private final LoadGate gate;
  private final Priority priority;
  private final CallClock clock;
  private final CallControl control;
  private final MethodType type;
  private final boolean enforce;
  private int callbacks;
  private boolean message;
  private boolean working;
  private boolean done;
  private boolean over;
  private int withheld;
  private @Nullable Runnable timer;

  /** Counts the stream as open. */
  StreamWorkHook(
      LoadGate gate,
      Priority priority,
      CallClock clock,
      CallControl control,
      MethodType type,
      boolean enforce) {
    this.gate = gate;
    this.priority = priority;
    this.clock = clock;
    this.control = control;
    this.type = type;
    this.enforce = enforce;
    gate.add(LoadGate.IDLE_STREAM);
  }

  @Override
  public synchronized Object enter() {
    callbacks++;
    settle();
    return this;
  }

  @Override
  public synchronized void exit(Object scope) {
    callbacks--;
    settle();
  }

  @Override
  public synchronized void headers(Metadata headers) {
    // The platform sends them for a server stream whose handler has returned with no answer yet:
    // a subscription that is quiet.
    if (type == MethodType.SERVER_STREAMING) {
      message = false;
      settle();
    }
  }

  @Override
  public synchronized void received(Object received) {
    message = true;
    settle();
  }

  @Override
  public synchronized void sent(Object sent) {
    message = false;
    settle();
  }

  @Override
  public synchronized int mayRequest(int n) {
    message = false;
    settle();
    if (!type.clientSendsOneMessage() && !over) {
      if (withheld > 0) {
        withheld = (int) Math.min(Integer.MAX_VALUE, (long) withheld + n);
        return 0;
      }
      if (gate.slows(priority, System.nanoTime()) && enforce) {
        withheld = n;
        timer = clock.schedule(this, PACE);
        return 0;
      }
    }
    return n;
  }

  /** Lets one of the messages through that are held back, or all where there is room again. */
  @Override
  public void run() {
    int let;
    synchronized (this) {
      if (over || withheld == 0) {
        return;
      }
      let = gate.slows(priority, System.nanoTime()) ? 1 : withheld;
      withheld -= let;
      timer = withheld > 0 ? clock.schedule(this, PACE) : null;
    }
    control.resume(this, let);
  }

  @Override
  public synchronized void handlerDone() {
    done = true;
    settle();
    gate.add(-LoadGate.IDLE_STREAM);
  }

  @Override
  public synchronized void ended(Outcome outcome) {
    over = true;
    Runnable pending = timer;
    if (pending != null) {
      pending.run();
    }
  }

  private void settle() {
    boolean works = !done && (callbacks > 0 || message);
    if (works != working) {
      working = works;
      int more = LoadGate.WORK - LoadGate.IDLE_STREAM;
      gate.add(works ? more : -more);
    }
  }
}
