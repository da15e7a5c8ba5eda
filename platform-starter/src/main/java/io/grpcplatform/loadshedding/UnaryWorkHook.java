package io.grpcplatform.loadshedding;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * One unary call in work, from its begin until its handler is done. Only a call that was served
 * teaches the limit anything: what is cancelled, refused or fails at once says nothing about the
 * time that work takes. Runs on the call's threads.
 */
final class UnaryWorkHook implements CallHook {

  private final LoadGate gate;
  private final Fastest fastest;
  private final long arrived;
  private final long began;
  private final int inFlight;
  private volatile boolean lost;
  private boolean served;

  /**
   * Counts the call as in work.
   *
   * @param waiting how many calls wait behind it
   */
  UnaryWorkHook(LoadGate gate, Fastest fastest, long arrived, long began, int waiting) {
    this.gate = gate;
    this.fastest = fastest;
    this.arrived = arrived;
    this.began = began;
    this.inFlight = gate.add(LoadGate.WORK) + waiting;
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
    gate.add(-LoadGate.WORK);
    if (served && !lost) {
      long now = System.nanoTime();
      gate.served(now - arrived, fastest.note(now - began, now), inFlight);
    }
  }
}
