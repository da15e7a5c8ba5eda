package io.grpcplatform;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link AnsweredCall} tells: the caller hears an ordinary call, the hooks only how it
 * ended, for nothing came over the wire.
 */
final class AnsweredCallListener<R> extends ClientCallListener<R> {

  private final Refusal refusal;
  private final boolean success;

  AnsweredCallListener(
      ClientCallMachine<?, R> machine,
      ClientCall.Listener<R> caller,
      Refusal refusal,
      boolean success) {
    super(machine, caller);
    this.refusal = refusal;
    this.success = success;
  }

  /** The answer; its type is a promise of whoever answers. */
  void onAnswer(Object message) {
    tellHeaders(new Metadata());
    tellMessage(message);
  }

  @Override
  Outcome outcome(Status told, Metadata trailers, @Nullable Ending decided) {
    if (decided != null || told.getCode() == Status.Code.CANCELLED) {
      return super.outcome(told, trailers, decided);
    }
    return told.isOk() && !success
        ? new Outcome(refusal.status(), refusal.trailers(), refusal, true)
        : new Outcome(told, trailers, refusal, true);
  }
}
