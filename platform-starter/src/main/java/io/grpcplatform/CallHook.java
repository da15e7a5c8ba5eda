package io.grpcplatform;

import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * One feature's part in one call. Every hook that {@link StagePlan#begin} returned hears exactly
 * one {@link #ended}, whatever happens to the call.
 *
 * <p>Threading: callbacks other than {@link #ended} and {@link #handlerDone} come one at a time per
 * direction, on the thread of the call. {@link #ended} may run on the event loop while a handler is
 * still working, so it must not block, and state it shares with the other callbacks must be safe to
 * share. An exception from a callback other than {@link #received}'s {@link Refusal} is logged and
 * harms no other feature.
 */
public interface CallHook {

  /**
   * Opens a scope around each callback into the application (trace, MDC, identity); null for none.
   * Not called around the callbacks of a unary call in which a generated handler without
   * interceptors does nothing: all but its half-close and its cancel.
   */
  default @Nullable Object enter() {
    return null;
  }

  /** Closes the scope that {@link #enter} returned, on the same thread. */
  default void exit(Object scope) {}

  /** A client received the response headers; a server is about to send them. */
  default void headers(Metadata headers) {}

  /**
   * How many of the {@code n} messages that the application asked for may be asked of the peer now.
   */
  default int mayRequest(int n) {
    return n;
  }

  /**
   * The id under which the trace of this call is found; null where this feature does not trace it.
   */
  default @Nullable String traceId() {
    return null;
  }

  /**
   * A message arrived; a {@link Refusal}, or an end through the {@link CallControl}, ends the call
   * instead of delivering it.
   */
  default void received(Object message) throws Refusal {}

  /** A message is about to be sent. */
  default void sent(Object message) {}

  /**
   * The call is about to end with {@code status}; returns the status to end it with. Called
   * innermost stage first, before {@code trailers} leave a server or reach a client's caller; not
   * called where the transport ended the call and there is nobody left to tell.
   *
   * @param cause what a server's handler threw or closed with, or null
   */
  default Status closing(Status status, Metadata trailers, @Nullable Throwable cause) {
    return status;
  }

  /**
   * A server's work on the call is over, once: its handler has closed the call, has thrown, or has
   * returned after a cancel. What limits work is held until here. May come before or after {@link
   * #ended}.
   */
  default void handlerDone() {}

  /** The call is over on the wire, once. */
  void ended(Outcome outcome);
}
