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

  private final BreakerGate gate;
  private final OutcomeTable table;

  UnaryPermits(BreakerGate gate, OutcomeTable table) {
    this.gate = gate;
    this.table = table;
  }

  @Override
  public CallHook begin(CallStart call) throws Refusal {
    return new Permit(gate.admit(), CircuitBreakerClientStage.timeGiven(call), call.startNanos());
  }

  private final class Permit implements CallHook {
    private final Object permit;
    private final @Nullable Deadline given;
    private final long started;

    Permit(Object permit, @Nullable Deadline given, long started) {
      this.permit = permit;
      this.given = given;
      this.started = started;
    }

    @Override
    public void ended(Outcome outcome) {
      long lived = System.nanoTime() - started;
      switch (table.kindOf(outcome, given, lived)) {
        case SUCCESS -> gate.success(permit, lived);
        case FAILURE -> gate.failure(permit, lived, outcome.status().getCode());
        case OVERLOAD, IGNORED -> gate.release(permit);
      }
    }
  }
}
