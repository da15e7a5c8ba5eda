package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpcplatform.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What came of one attempt to make a call.
 *
 * @param response serialized; null where it failed
 * @param error how it failed; its code is 0 where it did not
 * @param refused whether the platform refused it on the way, so that nobody has begun it
 */
record Attempt(@Nullable ByteString response, Status error, boolean refused) {

  static Attempt answered(ByteString response) {
    return new Attempt(response, Status.getDefaultInstance(), false);
  }

  static Attempt failed(Code code, String message) {
    return new Attempt(
        null, Status.newBuilder().setCode(code.value()).setMessage(message).build(), false);
  }

  /** A failure as gRPC tells it, with its details where it has any. */
  static Attempt failed(io.grpc.Status status, @Nullable Metadata trailers) {
    Status details = trailers == null ? null : trailers.get(Refusal.DETAILS);
    Status error =
        details != null && details.getCode() == status.getCode().value()
            ? details
            : Status.newBuilder()
                .setCode(status.getCode().value())
                .setMessage(status.getDescription() == null ? "" : status.getDescription())
                .build();
    Refusal.Reason reason = trailers == null ? null : Refusal.reasonOf(trailers);
    return new Attempt(null, error, reason != null && reason.retryHelps());
  }

  boolean succeeded() {
    return response != null;
  }

  Code code() {
    return io.grpc.Status.fromCodeValue(error.getCode()).getCode();
  }
}
