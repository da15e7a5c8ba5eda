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
 * One stream: a thousandth of a call while it is idle, and while it works a whole one for each
 * message in work. It works while a callback of its handler runs, and from a message's arrival
 * until the handler answers it or asks for the next.
 *
 * <p>A stream that sends to a full server is slowed: its handler's requests for messages are held
 * back, and one is let through every 50 ms until there is room again.
 *
 * <p>Threading: callbacks come on the call's threads, {@link #run} on the clock's; this object's
 * monitor guards the state and is never held while the call is told something.
 */
final class StreamWorkHook implements CallHook, Runnable {

  static final long PACE = TimeUnit.MILLISECONDS.toNanos(50);

  private final LoadSheddingServerStage.Terms terms;
  private final Priority priority;
  private final CallClock clock;
  private final CallControl control;
  private final MethodType type;
  private final MessagesInWork messages;
  private int callbacks;
  private int counted;
  private boolean done;
  private boolean over;
  private int withheld;
  private @Nullable Runnable timer;

  /** Counts the stream as open. */
  StreamWorkHook(
      LoadSheddingServerStage.Terms terms,
      Priority priority,
      CallClock clock,
      CallControl control,
      MethodType type) {
    this.terms = terms;
    this.priority = priority;
    this.clock = clock;
    this.control = control;
    this.type = type;
    this.messages = new MessagesInWork(type == MethodType.BIDI_STREAMING);
    this.counted = LoadGate.IDLE_STREAM;
    terms.gate().add(LoadGate.IDLE_STREAM);
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
      messages.none();
      settle();
    }
  }

  @Override
  public synchronized void received(Object received) {
    messages.received();
    settle();
  }

  @Override
  public synchronized void sent(Object sent) {
    messages.sent();
    settle();
  }

  @Override
  public synchronized int mayRequest(int n) {
    messages.asked(n);
    settle();
    if (!type.clientSendsOneMessage() && !over) {
      if (withheld > 0) {
        withheld = (int) Math.min(Integer.MAX_VALUE, (long) withheld + n);
        return 0;
      }
      if (terms.slows(priority, System.nanoTime())) {
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
      let = terms.slows(priority, System.nanoTime()) ? 1 : withheld;
      withheld -= let;
      timer = withheld > 0 ? clock.schedule(this, PACE) : null;
    }
    control.resume(this, let);
  }

  @Override
  public synchronized void handlerDone() {
    done = true;
    settle();
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
    int working = Math.max(callbacks > 0 ? 1 : 0, messages.count());
    int units = done ? 0 : Math.max(LoadGate.IDLE_STREAM, working * LoadGate.WORK);
    if (units != counted) {
      terms.gate().add(units - counted);
      counted = units;
    }
  }
}
