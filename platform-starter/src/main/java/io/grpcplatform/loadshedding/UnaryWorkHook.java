package io.grpcplatform.loadshedding;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * One unary call in flight, from its begin until its handler is done. Only a call that was served
 * teaches the limit anything: what is cancelled, refused or fails at once says nothing about the
 * time that work takes. Runs on the call's threads.
 */
final class UnaryWorkHook implements CallHook {

  private static final int BEGUN = 0;
  private static final int WORKING = 1;
  private static final int RELEASED = 2;

  private final LoadGate gate;
  private final LoadSheddingServerStage.Terms terms;
  private final Fastest fastest;
  private final Priority priority;
  private final long began;
  private final boolean counted;
  private final int inFlight;
  private volatile boolean lost;
  private volatile long workedFrom;
  private boolean served;
  private int phase = BEGUN;

  /**
   * Counts the call as in flight.
   *
   * @param counted whether it was one too many already, and is here because none is refused
   */
  UnaryWorkHook(
      LoadSheddingServerStage.Terms terms,
      Fastest fastest,
      Priority priority,
      long began,
      boolean counted) {
    this.terms = terms;
    this.gate = terms.gate();
    this.fastest = fastest;
    this.priority = priority;
    this.began = began;
    this.workedFrom = began;
    this.counted = counted;
    this.inFlight = gate.begin(priority);
  }

  @Override
  public void received(Object message) throws Refusal {
    long now = System.nanoTime();
    if (!counted && gate.shedsBegun(priority, now - began, now)) {
      try {
        terms.shed(priority, now);
      } catch (Refusal refused) {
        release();
        throw refused;
      }
    }
    workedFrom = now;
    synchronized (this) {
      if (phase == BEGUN) {
        phase = WORKING;
        gate.work(priority);
      }
    }
  }

  private synchronized void release() {
    switch (phase) {
      case BEGUN -> gate.leave(priority);
      case WORKING -> gate.add(-LoadGate.WORK);
      default -> {}
    }
    phase = RELEASED;
  }

  @Override
  public Status closing(Status status, Metadata trailers, @Nullable Throwable cause) {
    served = status.isOk();
    return status;
  }

  @Override
  public void ended(Outcome outcome) {
    if (!outcome.status().isOk()) {
      lost = true;
    }
  }

  @Override
  public void handlerDone() {
    release();
    if (served && !lost) {
      long now = System.nanoTime();
      gate.served(now - began, fastest.note(now - workedFrom, now), inFlight);
    }
  }
}
