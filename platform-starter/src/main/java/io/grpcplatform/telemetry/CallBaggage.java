package io.grpcplatform.telemetry;

import io.grpc.Metadata;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * Carries baggage with the calls that are not traced, in W3C's form alone: in the header {@code
 * baggage}.
 */
final class CallBaggage {

  private final TracePropagation propagation;
  private final boolean travels;

  CallBaggage(BaggageGate gate) {
    this.travels = !gate.shut();
    this.propagation = new TracePropagation(W3CBaggagePropagator.getInstance(), gate);
  }

  /** Whether anything may. */
  boolean travels() {
    return travels;
  }

  /** The context of a call that arrived; null where it brought nothing that passes. */
  @Nullable Context received(Metadata headers) {
    Context caller = propagation.extract(headers);
    return Baggage.fromContextOrNull(caller) == null ? null : caller;
  }

  /** The context of the caller, whose baggage is sent along; null where it has none. */
  @Nullable Context sent(Metadata headers) {
    Context caller = Context.current();
    if (Baggage.fromContextOrNull(caller) == null) {
      return null;
    }
    propagation.inject(caller, headers);
    return caller;
  }
}
