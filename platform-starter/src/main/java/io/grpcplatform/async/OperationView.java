package io.grpcplatform.async;

import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpcplatform.v1.DurableCallState;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A stored call as others see it. */
final class OperationView {

  private static final String TYPE = "type.googleapis.com/";

  private OperationView() {}

  static Operation of(StoredCall call) {
    Operation.Builder operation =
        Operation.newBuilder()
            .setName(call.name())
            .setMetadata(Any.pack(state(call)))
            .setDone(call.state().over());
    if (call.state() == CallState.DONE) {
      operation.setResponse(response(call));
    } else if (call.state().over()) {
      operation.setError(error(call));
    }
    return operation.build();
  }

  static Any response(StoredCall call) {
    return typed(
        call.responseType(), Objects.requireNonNullElse(call.response(), ByteString.EMPTY));
  }

  private static Any typed(String type, ByteString value) {
    return Any.newBuilder().setTypeUrl(TYPE + type).setValue(value).build();
  }

  /** The type of a packed message. */
  static String type(Any packed) {
    return packed.getTypeUrl().substring(packed.getTypeUrl().lastIndexOf('/') + 1);
  }

  /** How the last attempt failed. */
  static Status error(StoredCall call) {
    ByteString error = call.error();
    if (error == null) {
      return Status.getDefaultInstance();
    }
    try {
      return Status.parseFrom(error);
    } catch (InvalidProtocolBufferException impossible) {
      return Status.newBuilder().setCode(Code.UNKNOWN.value()).build();
    }
  }

  static EndedCall ended(StoredCall call) {
    return new EndedCall(
        call.name(), call.key(), typed(call.requestType(), call.request()), of(call));
  }

  static DeadLetter deadLetter(StoredCall call) {
    Status error = error(call);
    Long since = call.endedAt();
    return new DeadLetter(
        call.name(),
        call.method(),
        call.key(),
        call.attempts(),
        io.grpc.Status.fromCodeValue(error.getCode()).withDescription(error.getMessage()),
        Instant.ofEpochMilli(since == null ? 0 : since));
  }

  private static DurableCallState state(StoredCall call) {
    DurableCallState.Builder state =
        DurableCallState.newBuilder()
            .setMethod(call.method())
            .setKey(call.key())
            .setAttempts(call.attempts())
            .setSubmitTime(time(call.submittedAt()));
    if (!call.state().over()) {
      state.setNextAttemptTime(time(call.dueAt()));
    }
    @Nullable Long ended = call.endedAt();
    if (ended != null) {
      state.setEndTime(time(ended));
    }
    if (call.error() != null) {
      state.setLastError(Any.pack(error(call)));
    }
    return state.build();
  }

  private static Timestamp time(long millis) {
    return Timestamps.fromMillis(millis);
  }
}
