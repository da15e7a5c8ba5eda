package io.grpcplatform.telemetry;

import io.grpcplatform.Outcome;

/** One streaming call that is measured and logged, but not traced. Runs where every call does. */
final class MeasuredStream extends MeasuredCall {

  private final StreamNotes notes;

  MeasuredStream(MethodTelemetry method, long startNanos) {
    super(method, startNanos);
    this.notes = method.notes(null);
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
