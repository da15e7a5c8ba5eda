package io.grpcplatform;

import java.util.function.Supplier;

/**
 * Lets a trace travel with work that waits, as text to store beside it: a W3C {@code traceparent}.
 * Where nothing is traced, work is run as it is and {@link #current()} is empty.
 *
 * <p>Threading: safe for any thread. Work runs at once, on the thread that calls.
 */
public interface WorkTraces {

  /** The trace that is current; empty where there is none. */
  String current();

  /**
   * Does work as a span of kind CONSUMER, named {@code handle <what>}, in the trace that the text
   * tells, which is current meanwhile. Work that throws makes it a span of an error, with the
   * exception's type and never its message.
   *
   * @param what the kind of work, of few that exist: never an id
   */
  <T> T handle(String what, String trace, Supplier<T> work);
}
