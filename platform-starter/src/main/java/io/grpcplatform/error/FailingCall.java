package io.grpcplatform.error;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import org.jspecify.annotations.Nullable;

/** One server call, should it fail. */
final class FailingCall implements CallHook {

  private final ErrorServerStage.Method method;
  private final CallControl control;
  private final Metadata headers;

  FailingCall(ErrorServerStage.Method method, CallControl control, Metadata headers) {
    this.method = method;
    this.control = control;
    this.headers = headers;
  }

  @Override
  public Status closing(Status status, Metadata trailers, @Nullable Throwable cause) {
    return status.isOk() ? status : method.closing(status, trailers, control, headers);
  }

  @Override
  public void ended(Outcome outcome) {}
}
