package io.grpcplatform.telemetry;

import io.grpcplatform.Attempt;
import io.grpcplatform.CallStart;
import io.grpcplatform.Outcome;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/** One call with a span. */
final class TracedCall extends CarryingCall {

  private final Span span;

  TracedCall(
      MethodTelemetry method,
      long startNanos,
      @Nullable CallStart start,
      Span span,
      @Nullable Context callbacks) {
    super(method, startNanos, start, callbacks);
    this.span = span;
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
  void tell(Outcome outcome, long nanos, boolean logged) {
    try {
      tellInTrace(outcome, nanos, logged);
    } finally {
      span.end();
    }
  }

  private void tellInTrace(Outcome outcome, long nanos, boolean logged) {
    boolean recording = span.isRecording();
    if (recording) {
      method.tell(span, outcome.status());
    }
    if (recording || logged) {
      // In scope, so that a histogram's bucket remembers the trace and the log line carries it.
      Scope scope = Context.root().with(span).makeCurrent();
      try {
        super.tell(outcome, nanos, logged);
      } finally {
        scope.close();
      }
    } else {
      super.tell(outcome, nanos, false);
    }
  }
}
