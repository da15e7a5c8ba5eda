package io.grpcplatform.telemetry;

import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import org.jspecify.annotations.Nullable;

/** One call that is timed and logged, but not traced. */
sealed class MeasuredCall implements CallHook permits TracedCall {

  final MethodTelemetry method;
  private final long startNanos;

  MeasuredCall(MethodTelemetry method, long startNanos) {
    this.method = method;
    this.startNanos = startNanos;
  }

  /** Where the messages of this call are told one by one; null where they are not. */
  @Nullable MessageEvents events() {
    return null;
  }

  final long lived() {
    return System.nanoTime() - startNanos;
  }

  @Override
  public void received(Object message) {
    method.received();
  }

  @Override
  public void sent(Object message) {
    method.sent();
  }

  /** Runs on the transport thread (server) or the call's executor (client). */
  @Override
  public void ended(Outcome outcome) {
    method.record(outcome, lived(), traceId());
  }
}
