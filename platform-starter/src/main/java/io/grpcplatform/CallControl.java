package io.grpcplatform;

import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** What a feature may do to a running call, from any thread. */
public interface CallControl {

  /**
   * Ends the call as refused.
   *
   * @return whether this ended it; false if the call had ended, or was already ending, another way
   */
  boolean end(Refusal refusal);

  /**
   * Ends the call with a status of the feature's own. The handler of a server hears {@code
   * onCancel}; the caller of a client sees the status.
   *
   * @return whether this ended it; false if the call had ended, or was already ending, another way
   */
  boolean end(Status status, Metadata trailers);

  /**
   * The id under which the trace of this call is found, at any time from the start on; null where
   * it is not traced.
   */
  @Nullable String traceId();

  /**
   * Tells every hook of a client call that an attempt went out; does nothing on a server.
   *
   * @param previous how many attempts the server could have seen before this one
   */
  default void attempt(Attempt kind, int previous) {}

  /**
   * Asks for messages that {@code hook} withheld in {@link CallHook#mayRequest}; hooks further in
   * are asked next.
   */
  void resume(CallHook hook, int messages);
}
