package io.grpcplatform.async;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.grpcplatform.async.CallCarrier.Parcel;
import io.grpcplatform.v1.DurableCall;
import io.grpcplatform.v1.DurableResult;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What calls and results look like on their way; the contract is {@code durable.proto}. */
final class Envelope {

  static final String QUEUES = "platform.async.";
  static final String REPLIES = QUEUES + "replies.";

  /** Both sides may share a table. */
  private static final String RECEIVED = "in-";

  private static final int LONGEST_ID = 60;
  private static final int LONGEST_METHOD = 255;
  private static final int LONGEST_KEY = 200;
  private static final int LONGEST_QUEUE = 255;
  private static final int LONGEST_TRACE = 128;

  private Envelope() {}

  /** The queue of a service's calls. */
  static String queue(String service) {
    return QUEUES + service;
  }

  static Parcel call(StoredCall call, String replyTo) {
    DurableCall body =
        DurableCall.newBuilder()
            .setId(call.id())
            .setMethod(call.method())
            .setKey(call.key())
            .setRequest(call.request())
            .setTrace(call.trace())
            .setReplyTo(replyTo)
            .setRound(call.round())
            .build();
    String service = call.method().substring(0, call.method().lastIndexOf('/'));
    return new Parcel(queue(service), call.id() + "." + call.round(), body.toByteString());
  }

  /** A row for a call that was brought; a dead letter where it cannot be understood. */
  static StoredCall received(Parcel parcel, long now) {
    DurableCall call;
    try {
      call = DurableCall.parseFrom(parcel.body());
    } catch (InvalidProtocolBufferException garbled) {
      return poison(parcel, now, "The message is no platform.v1.DurableCall");
    }
    String wrong = wrong(call);
    return wrong == null ? row(call, now) : poison(parcel, now, wrong);
  }

  private static @Nullable String wrong(DurableCall call) {
    if (!storable(call.getId(), LONGEST_ID)) {
      return "The call has an id of "
          + call.getId().length()
          + " characters (expected: 1 to 60 of ASCII)";
    }
    if (call.getMethod().indexOf('/') < 1 || !storable(call.getMethod(), LONGEST_METHOD)) {
      return "The call names no method (expected: pkg.Service/Method)";
    }
    if (!storable(call.getKey(), LONGEST_KEY)) {
      return "The call has a key of "
          + call.getKey().length()
          + " characters (expected: 1 to 200 of"
          + " ASCII)";
    }
    if (!call.getReplyTo().isEmpty() && !storable(call.getReplyTo(), LONGEST_QUEUE)) {
      return "The call names no queue for its result (expected: 1 to 255 characters of ASCII)";
    }
    return null;
  }

  /** What a database refuses, such as a zero character, would hold up its queue for ever. */
  private static boolean storable(String text, int longest) {
    return !text.isEmpty()
        && text.length() <= longest
        && text.chars().allMatch(each -> each > ' ' && each < 127);
  }

  private static StoredCall row(DurableCall call, long now) {
    String replyTo = call.getReplyTo();
    return new StoredCall(
        RECEIVED + call.getId(),
        call.getMethod(),
        call.getKey(),
        null,
        CallState.WAITING,
        Place.HERE,
        call.getRequest(),
        "",
        "",
        null,
        null,
        storable(call.getTrace(), LONGEST_TRACE) ? call.getTrace() : "",
        0,
        Math.max(1, call.getRound()),
        now,
        now,
        null,
        replyTo.isEmpty() ? null : replyTo,
        null,
        0);
  }

  private static StoredCall poison(Parcel parcel, long now, String problem) {
    Status error =
        Status.newBuilder()
            .setCode(io.grpc.Status.Code.INVALID_ARGUMENT.value())
            .setMessage(problem)
            .build();
    // By what is in it: a message that others wrote may have any id, or none.
    String id =
        UUID.nameUUIDFromBytes(
                ByteString.copyFromUtf8(parcel.queue() + "/" + parcel.id())
                    .concat(parcel.body())
                    .toByteArray())
            .toString();
    return new StoredCall(
        RECEIVED + id,
        parcel.queue() + "/",
        id,
        null,
        CallState.DEAD,
        Place.HERE,
        parcel.body(),
        "",
        "",
        null,
        error.toByteString(),
        "",
        1,
        1,
        now,
        now,
        now,
        null,
        null,
        0);
  }

  /** The result of a call that was brought. */
  static Parcel result(StoredCall call) {
    String id = call.id().substring(RECEIVED.length());
    DurableResult.Builder body =
        DurableResult.newBuilder().setId(id).setRound(call.round()).setAttempts(call.attempts());
    if (call.state() == CallState.DONE) {
      body.setResponse(OperationView.response(call));
    } else {
      body.setError(Any.pack(OperationView.error(call)));
    }
    return new Parcel(
        String.valueOf(call.replyTo()),
        id + "." + call.round() + ".result",
        body.build().toByteString());
  }

  /** What a result says; null where it is none. */
  static CarriedTable.@Nullable Result read(DurableResult result) {
    ByteString error = null;
    String type = OperationView.type(result.getResponse());
    if (!storable(result.getId(), LONGEST_ID)) {
      return null;
    }
    if (result.hasError()) {
      try {
        error = result.getError().unpack(Status.class).toByteString();
      } catch (InvalidProtocolBufferException garbled) {
        return null;
      }
    } else if (!result.hasResponse() || !storable(type, LONGEST_METHOD)) {
      return null;
    }
    boolean answered = error == null;
    return new CarriedTable.Result(
        answered ? CallState.DONE : CallState.DEAD,
        result.getRound(),
        result.getAttempts(),
        answered ? result.getResponse().getValue() : null,
        answered ? type : "",
        error);
  }
}
