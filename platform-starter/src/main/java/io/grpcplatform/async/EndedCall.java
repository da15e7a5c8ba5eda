package io.grpcplatform.async;

import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.Status;

/**
 * A durable call that has ended.
 *
 * @param name the operation's name
 * @param key that it was submitted with; the id in the name where there was none
 * @param request that it was submitted with
 * @param operation what came of it
 */
public record EndedCall(String name, String key, Any request, Operation operation) {

  /** Whether there is a response. */
  public boolean succeeded() {
    return operation.hasResponse();
  }

  /**
   * How it ended: OK, CANCELLED where it was cancelled, or the status of its last attempt, without
   * details; those are in the operation's error.
   */
  public Status status() {
    return Status.fromCodeValue(operation.getError().getCode())
        .withDescription(operation.hasError() ? operation.getError().getMessage() : null);
  }

  /**
   * The request.
   *
   * @throws IllegalArgumentException if it is of another type
   */
  public <Q extends Message> Q request(Class<Q> type) {
    return unpacked(request, type);
  }

  /**
   * The response.
   *
   * @throws IllegalStateException if there is none
   * @throws IllegalArgumentException if it is of another type
   */
  public <R extends Message> R response(Class<R> type) {
    if (!succeeded()) {
      throw new IllegalStateException(
          name + " ended with " + status().getCode() + " (expected: a response)");
    }
    return unpacked(operation.getResponse(), type);
  }

  private static <M extends Message> M unpacked(Any packed, Class<M> type) {
    try {
      return packed.unpack(type);
    } catch (InvalidProtocolBufferException other) {
      throw new IllegalArgumentException(
          packed.getTypeUrl() + " (expected: " + type.getName() + ")", other);
    }
  }
}
