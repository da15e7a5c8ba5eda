package io.grpcplatform.circuitbreaker;

import io.grpc.Deadline;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallStart;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import io.grpcplatform.StagePlan;
import org.jspecify.annotations.Nullable;

/**
 * The permits of one unary method's calls; the ending of a call is the one result of its permit.
 */
final class UnaryPermits implements StagePlan {

  private final MethodGate gate;

  UnaryPermits(MethodGate gate) {
    this.gate = gate;
  }

  @Override
  public CallHook begin(CallStart call) throws Refusal {
    Object permit = gate.admit();
    Deadline given = CircuitBreakerClientStage.timeGiven(call);
    return gate.readsMessages()
        ? new ReadingPermit(permit, given, call.startNanos())
        : new Permit(permit, given, call.startNanos());
  }

  private sealed class Permit implements CallHook permits ReadingPermit {
    private final Object permit;
    private final @Nullable Deadline given;
    private final long started;

    Permit(Object permit, @Nullable Deadline given, long started) {
      this.permit = permit;
      this.given = given;
      this.started = started;
    }

    @Nullable Object response() {
      return null;
    }

    @Override
    public void ended(Outcome outcome) {
      long lived = System.nanoTime() - started;
      gate.result(
          permit,
          gate.kindOf(outcome, given, lived, response()),
          lived,
          outcome.status().getCode());
    }
  }

  /** Keeps the response for a classifier that wants to see it. */
  private final class ReadingPermit extends Permit {
    private volatile @Nullable Object response;

    ReadingPermit(Object permit, @Nullable Deadline given, long started) {
      super(permit, given, started);
    }

    @Override
    public void received(Object message) {
      response = message;
    }

    @Override
    @Nullable Object response() {
      return response;
    }
  }
}
