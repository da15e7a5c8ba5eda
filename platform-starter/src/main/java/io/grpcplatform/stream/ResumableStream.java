package io.grpcplatform.stream;

import com.google.protobuf.Message;
import java.util.concurrent.CompletionStage;

/**
 * A bidirectional stream that survives its connection, from the side that opens it. What the server
 * has not acknowledged is kept, and sent again on the next stream, which is opened by itself, at
 * whichever instance the channel finds.
 *
 * <ul>
 *   <li><b>Pace:</b> both sides'. {@link #send} fails when as many messages wait for their
 *       acknowledgement as may; {@link #whenReady} says when there is room again. Answers are read
 *       as the listener's stages are done.
 *   <li><b>Cancel:</b> {@link #cancel} ends the session; stages of what was not acknowledged fail.
 *   <li><b>Half-close:</b> {@link #complete}; the session ends once everything is acknowledged and
 *       answered.
 *   <li><b>Drain</b> of the server: the next stream is opened before this one is closed.
 *   <li><b>Bad message:</b> one that the server refuses for good ends the session with that status.
 * </ul>
 *
 * <p>Threading: safe. Stages are completed on the session's executor: those of {@link #send} one at
 * a time, in the order of their messages, and that of {@link #complete} after them. Whoever blocks
 * in one holds those up, and nothing else; {@link #whenReady} comes apart from them.
 *
 * @param <Q> the messages
 * @param <R> the answers
 */
public interface ResumableStream<Q extends Message, R extends Message> {

  /**
   * Sends a message, now or when there is a stream.
   *
   * @return done when the server has handled it and this side its answers; fails with the status
   *     that ends the session
   * @throws ReplayBufferFullException if as many messages, or bytes, are unacknowledged as may be;
   *     nothing was sent, and the session goes on
   * @throws IllegalStateException after {@link #complete}, {@link #cancel} or the session's end
   */
  CompletionStage<Void> send(Q message);

  /** Done when {@link #send} has room for at least one message, or the session has ended. */
  CompletionStage<Void> whenReady();

  /** No more messages. Done when the session has ended well; fails with the status if not. */
  CompletionStage<Void> complete();

  /** Ends the session now. What was not acknowledged may or may not have been handled. */
  void cancel(String reason);

  /** Gives the current stream up, as after a cut, and opens another: for whoever knows better. */
  void reopen(String reason);

  /** The session's id, the same for all its streams. */
  String sessionId();

  /** How many messages are not acknowledged. */
  int unacknowledged();

  /** Whether a stream is open now. */
  boolean live();
}
