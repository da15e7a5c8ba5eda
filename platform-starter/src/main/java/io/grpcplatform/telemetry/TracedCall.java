package io.grpcplatform.telemetry;

import io.grpcplatform.Attempt;
import io.grpcplatform.Outcome;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * One call with a span. The trace is current inside each callback and closed with it: a scope never
 * outlives the callback, whatever thread the next one comes on.
 */
final class TracedCall extends MeasuredCall {

  private final Span span;
  private final @Nullable Context callbacks;

  TracedCall(MethodTelemetry method, long startNanos, Span span, @Nullable Context callbacks) {
    super(method, startNanos);
    this.span = span;
    this.callbacks = callbacks;
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // exit() closes it; the machine promises the pair
  public @Nullable Object enter() {
    return callbacks == null ? null : callbacks.makeCurrent();
  }

  @Override
  public void exit(Object scope) {
    ((Scope) scope).close();
  }

  @Override
  public @Nullable String traceId() {
    SpanContext identity = span.getSpanContext();
    return identity.isValid() ? identity.getTraceId() : null;
  }

  @Override
  @Nullable MessageEvents events() {
    return method.events(span);
  }

  @Override
  public void attempt(Attempt kind, int previous) {
    if (span.isRecording()) {
      MethodSpans.tellAttempt(span, kind, previous);
    }
  }

  @Override
  public void ended(Outcome outcome) {
    boolean recording = span.isRecording();
    if (recording) {
      method.tell(span, outcome.status());
    }
    if (recording || method.logs(outcome.status())) {
      // In scope, so that a histogram's bucket remembers the trace and the log line carries it.
      Scope scope = Context.root().with(span).makeCurrent();
      try {
        super.ended(outcome);
      } finally {
        scope.close();
      }
    } else {
      super.ended(outcome);
    }
    span.end();
  }
}
