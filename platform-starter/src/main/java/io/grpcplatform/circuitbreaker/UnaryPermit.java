package io.grpcplatform.circuitbreaker;

import io.grpc.Deadline;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import org.jspecify.annotations.Nullable;

/** The permit of one unary call; its ending is its one result. */
final class UnaryPermit implements CallHook {

  private final BreakerGate gate;
  private final OutcomeTable table;
  private final Object permit;
  private final @Nullable Deadline given;
  private final long started;

  UnaryPermit(
      BreakerGate gate, OutcomeTable table, Object permit, @Nullable Deadline given, long started) {
    this.gate = gate;
    this.table = table;
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
