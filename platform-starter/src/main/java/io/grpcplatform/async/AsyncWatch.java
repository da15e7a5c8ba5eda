package io.grpcplatform.async;

import io.grpc.Status.Code;
import java.time.Duration;

/**
 * Hears what becomes of durable calls in this process, for the meters.
 *
 * <p>Threading: called on any thread; must not block.
 */
interface AsyncWatch {

  /** Nobody listens. */
  AsyncWatch NONE = new AsyncWatch() {};

  /** A call was stored, or one of that key was known already. */
  default void submitted(boolean known) {}

  /** An attempt was made here. */
  default void attempted(Code code, Duration took) {}

  /** A call ended, so long after it was submitted. */
  default void ended(CallState state, Duration sinceSubmit) {}

  /** A listener was told of an end, or threw. */
  default void told(boolean heard) {}

  /** So many messages were handed to the carrier, or could not be. */
  default void sent(int messages, boolean confirmed) {}
}
