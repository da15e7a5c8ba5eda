package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpcplatform.LocalAnswer;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * One method's way through its breaker: the throttle before it, what its endings mean, and what its
 * callers get instead of a refusal. Immutable but for the breaker and the throttle, which it shares
 * with the other methods of their name.
 *
 * @param outcomes what an ending says
 * @param throttle null where throttling is off
 * @param multiplier the K of the throttle
 * @param fallback null where the method has none
 */
record MethodGate(
    BreakerGate gate,
    OutcomeReading outcomes,
    @Nullable OverloadThrottle throttle,
    double multiplier,
    @Nullable LocalAnswer fallback) {

  /** Asks for a permit, which is to be given back once. */
  Object admit() throws Refusal {
    if (throttle != null && gate.state() == State.CLOSED && throttle.refuses(multiplier)) {
      throw new Refusal(
          Refusal.Reason.OVERLOADED,
          "The backend of "
              + gate.name()
              + " refused too many calls of the last 10s as overloaded"
              + " (platform.circuitbreaker.throttling)",
          null);
    }
    try {
      return gate.admit();
    } catch (Refusal refused) {
      throw fallback == null ? refused : refused.answeredBy(fallback);
    }
  }

  /** A permit, or null where a call is refused that is not to be: it counts for nothing then. */
  @Nullable Object admitIfItMay() {
    try {
      return gate.admit();
    } catch (Refusal open) {
      return null;
    }
  }

  /** Whether an ending's meaning depends on the message that came before it. */
  boolean readsMessages() {
    return outcomes.classified();
  }

  Outcome.Kind kindOf(
      Outcome outcome, @Nullable Deadline given, long lived, @Nullable Object message) {
    return outcomes.kindOf(outcome, given, lived, message);
  }

  /** The one result of a permit. */
  void result(Object permit, Outcome.Kind kind, long nanos, Status.Code code) {
    if (throttle != null) {
      switch (kind) {
        case SUCCESS, FAILURE -> throttle.accepted();
        case OVERLOAD -> throttle.rejected();
        case IGNORED -> {}
      }
    }
    switch (kind) {
      case SUCCESS -> gate.success(permit, nanos);
      case FAILURE -> gate.failure(permit, nanos, code);
      case OVERLOAD, IGNORED -> gate.release(permit);
    }
  }
}
