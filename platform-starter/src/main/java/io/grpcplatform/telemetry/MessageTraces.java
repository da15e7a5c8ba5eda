package io.grpcplatform.telemetry;

import io.grpcplatform.WorkTraces;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Lets a trace travel with a message. A stream that lives for hours carries the messages of many
 * traces, and its metadata can carry one: so each message brings its own, as text in a field of the
 * message, and so does a row in which a message waits. The text is a W3C {@code traceparent};
 * nobody needs to read it.
 *
 * <p>It is a bean, and {@link Telemetry#messages} makes it without Spring. Where tracing is off, or
 * there is no OpenTelemetry, work is run as it is and {@link #current()} is empty.
 *
 * <p>Limits: trace state and baggage stay behind. What is not a {@code traceparent} is ignored: a
 * message that brings no trace, or a garbled one, is sent and handled in whatever trace is current,
 * without a span of its own. Whether a span is recorded is the sampler's decision, as for calls.
 *
 * <p>Threading: safe for any thread. Work runs at once, on the thread that calls.
 */
public sealed interface MessageTraces extends WorkTraces permits TracedMessages, UntracedMessages {

  /** Those that do nothing, for code that runs with and without tracing. */
  static MessageTraces none() {
    return UntracedMessages.INSTANCE;
  }

  /**
   * The trace that is current, as text to send along with a message or to store beside it; empty
   * where there is none. An answer takes it from within {@link #handle}.
   */
  @Override
  String current();

  /**
   * These, with the stream that is current now, for messages that are sent or handled on a thread
   * that is not the stream's. Called in one of the stream's callbacks.
   */
  MessageTraces ofStream();

  /**
   * Sends a message as a span of kind PRODUCER, named {@code send <what>}, in the trace that the
   * text tells; {@code sending} is given the text to put into the message. A message that is sent
   * again has a span for each time.
   *
   * @param what the kind of message, of few that exist: never an id
   */
  void send(String what, String trace, Consumer<String> sending);

  /**
   * Handles a message as a span of kind CONSUMER, named {@code handle <what>}, in the trace that
   * the text tells, which is current meanwhile. The span is linked to the stream's own, and names
   * it in {@code stream.trace_id} and {@code stream.span_id}. Work that throws makes it a span of
   * an error, with the exception's type and never its message.
   *
   * @param what the kind of message, of few that exist: never an id
   */
  @Override
  <T> T handle(String what, String trace, Supplier<T> work);

  /** The same for work without a result. */
  default void handle(String what, String trace, Runnable work) {
    Boolean unused =
        handle(
            what,
            trace,
            () -> {
              work.run();
              return true;
            });
  }
}
