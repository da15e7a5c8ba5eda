package io.grpcplatform.telemetry;

import io.grpcplatform.Outcome;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/** One streaming call with a span, and with its messages in it. Runs where every call does. */
final class TracedStream extends TracedCall {

  private final StreamNotes notes;

  TracedStream(MethodTelemetry method, long startNanos, Span span, @Nullable Context callbacks) {
    super(method, startNanos, span, callbacks);
    this.notes = method.notes(span);
  }

  @Override
  public void received(Object message) {
    super.received(message);
    notes.received(this);
  }

  @Override
  public void sent(Object message) {
    super.sent(message);
    notes.sent(this);
  }

  @Override
  public void ended(Outcome outcome) {
    notes.ended();
    super.ended(outcome);
  }
}
