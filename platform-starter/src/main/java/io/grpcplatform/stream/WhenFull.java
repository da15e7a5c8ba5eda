package io.grpcplatform.stream;

/** What a writer does with one more message when as many wait as may. */
public enum WhenFull {
  /**
   * The writing thread waits until there is room or the stream has ended. For platform or virtual
   * threads that may block; never for gRPC's event loop.
   */
  WAIT,
  /**
   * The stream ends with {@code RESOURCE_EXHAUSTED}: a reader that is too slow has to come again
   * rather than hold up everybody else or miss something.
   */
  FAIL,
  /**
   * The oldest message that waits is dropped and counted: for readings of which the last counts.
   */
  DROP_OLDEST
}
