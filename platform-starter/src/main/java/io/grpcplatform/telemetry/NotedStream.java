package io.grpcplatform.telemetry;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.Attempt;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * One streaming call: what is recorded of every call, and the notes of its messages. Unary calls do
 * without it, and without what it costs. Runs where the call's own hook would.
 */
final class NotedStream implements CallHook {

  private final MeasuredCall call;
  private final StreamNotes notes;

  NotedStream(MeasuredCall call, StreamNotes notes) {
    this.call = call;
    this.notes = notes;
  }

  @Override
  public void received(Object message) throws Refusal {
    call.received(message);
    notes.received(call);
  }

  @Override
  public void sent(Object message) {
    call.sent(message);
    notes.sent(call);
  }

  /** The notes are told first: the call ends its span. */
  @Override
  public void ended(Outcome outcome) {
    notes.ended();
    call.ended(outcome);
  }

  @Override
  public @Nullable Object enter() {
    return call.enter();
  }

  @Override
  public void exit(Object scope) {
    call.exit(scope);
  }

  @Override
  public void headers(Metadata headers) {
    call.headers(headers);
  }

  @Override
  public int mayRequest(int n) {
    return call.mayRequest(n);
  }

  @Override
  public @Nullable String traceId() {
    return call.traceId();
  }

  @Override
  public void attempt(Attempt kind, int previous) {
    call.attempt(kind, previous);
  }

  @Override
  public Status closing(Status status, Metadata trailers, @Nullable Throwable cause) {
    return call.closing(status, trailers, cause);
  }

  @Override
  public void handlerDone() {
    call.handlerDone();
  }
}
