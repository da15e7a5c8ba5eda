package io.grpcplatform.ratelimit;

import io.grpcplatform.CallControl;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;

/**
 * The messages that one stream receives: each is paid for before it is asked of the peer, one at a
 * time, so that a stream slows down and is never cut. The peer is held back by gRPC's own flow
 * control.
 *
 * <p>Threading: callbacks come on the call's threads, {@link #mayPass} on the clock's. This
 * object's monitor guards the state; it may be held while the turnstile is asked, never while the
 * call is told something.
 */
final class PacedStream implements CallHook {

  private enum State {
    /** The application has asked for nothing that has not come. */
    IDLE,
    /** A message is paid for and was asked of the peer. */
    PAID,
    /** In the queue for a token. */
    WAITING,
    OVER
  }

  private final Turnstile turnstile;
  private final CallControl control;
  private final LimitCounters counters;
  private State state = State.IDLE;
  private int wanted;
  private long receipt;

  PacedStream(Turnstile turnstile, CallControl control, LimitCounters counters) {
    this.turnstile = turnstile;
    this.control = control;
    this.counters = counters;
  }

  @Override
  public synchronized int mayRequest(int n) {
    wanted = (int) Math.min(Integer.MAX_VALUE, (long) wanted + n);
    return state == State.IDLE && next() ? 1 : 0;
  }

  /** Asks for a token if a message is wanted; whether one was there. */
  private boolean next() {
    if (wanted == 0) {
      state = State.IDLE;
      return false;
    }
    if (turnstile.pass(this)) {
      wanted--;
      state = State.PAID;
      return true;
    }
    state = State.WAITING;
    counters.waited();
    return false;
  }

  @Override
  public void received(Object message) {
    synchronized (this) {
      if (state != State.PAID || !next()) {
        return;
      }
    }
    control.resume(this, 1);
  }

  /** The turnstile took a token for this stream, under its own lock. */
  void paid(long takenReceipt) {
    receipt = takenReceipt;
  }

  /** A stream that has waited has its token. */
  void mayPass() {
    synchronized (this) {
      if (state == State.OVER) {
        turnstile.giveBack(receipt);
        return;
      }
      wanted--;
      state = State.PAID;
    }
    control.resume(this, 1);
  }

  @Override
  public synchronized void ended(Outcome outcome) {
    if (state == State.PAID) {
      turnstile.giveBack(receipt);
    }
    state = State.OVER;
    turnstile.leave(this);
  }
}
