package io.grpcplatform.error;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes the failures of handlers safe to send. Runs on the thread that closes the call, which is
 * the handler's in general.
 */
final class ErrorServerStage implements ServerFeature {

  private final SafeStatus safe;
  private final ErrorTexts texts;

  ErrorServerStage(SafeStatus safe) {
    this(safe, ErrorTexts.NONE);
  }

  ErrorServerStage(SafeStatus safe, ErrorTexts texts) {
    this.safe = safe;
    this.texts = texts;
  }

  /** As it is with no property set. */
  static ErrorServerStage standard() {
    return new ErrorServerStage(
        new SafeStatus(false, () -> ThreadLocalRandom.current().nextLong(), thrown -> null));
  }

  @Override
  public ServerStage stage() {
    return ServerStage.ERROR;
  }

  @Override
  public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    return new Method(safe, texts, key.fullMethodName());
  }

  /** What the calls of one method have in common when they fail. */
  record Method(SafeStatus safe, ErrorTexts texts, String name) implements StagePlan {

    @Override
    public CallHook begin(CallStart call) {
      return new FailingCall(this, call.control(), call.headers());
    }

    Status closing(Status status, Metadata trailers, CallControl control, Metadata headers) {
      Status leaving = safe.of(name, status, trailers, control.traceId());
      texts.speak(headers, leaving, trailers);
      return leaving;
    }
  }
}
