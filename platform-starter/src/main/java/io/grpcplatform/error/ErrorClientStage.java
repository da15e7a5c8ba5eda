package io.grpcplatform.error;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Outcome;
import io.grpcplatform.StagePlan;
import org.jspecify.annotations.Nullable;

/**
 * Marks the failures that came from another service, so that {@link ErrorServerStage} knows them
 * when a handler passes them on. Runs on the call's executor; keeps nothing per call.
 */
final class ErrorClientStage implements ClientFeature, StagePlan, CallHook {

  @Override
  public ClientStage stage() {
    return ClientStage.ERROR;
  }

  @Override
  public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    return this;
  }

  @Override
  public CallHook begin(CallStart call) {
    return this;
  }

  @Override
  public Status closing(Status status, Metadata trailers, @Nullable Throwable cause) {
    if (!status.isOk()) {
      DownstreamAnswer.mark(trailers);
    }
    return status;
  }

  @Override
  public void ended(Outcome outcome) {}
}
