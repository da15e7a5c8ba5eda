package io.grpcplatform.telemetry;

import io.grpcplatform.CallStart;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * One call whose callbacks run in a context of OpenTelemetry's: with its baggage, and where it is
 * traced with its trace. The context is current inside each callback and closed with it: a scope
 * never outlives the callback, whatever thread the next one comes on.
 */
sealed class CarryingCall extends MeasuredCall permits TracedCall {

  private final @Nullable Context callbacks;

  CarryingCall(
      MethodTelemetry method,
      long startNanos,
      @Nullable CallStart start,
      @Nullable Context callbacks) {
    super(method, startNanos, start);
    this.callbacks = callbacks;
  }

  @Override
  final @Nullable Object attach() {
    return callbacks == null ? null : open(callbacks);
  }

  @SuppressWarnings("MustBeClosedChecker") // its users' own callers promise to close in pairs
  static Scope open(Context context) {
    return context.makeCurrent();
  }

  @Override
  final void detach(Object attached) {
    ((Scope) attached).close();
  }
}
