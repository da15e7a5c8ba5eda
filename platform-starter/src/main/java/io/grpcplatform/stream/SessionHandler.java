package io.grpcplatform.stream;

import com.google.protobuf.Message;
import java.util.concurrent.CompletionStage;

/**
 * What a server does with the messages of a resumable session. The user's whole part of it.
 *
 * <p>A message may come again: on another instance after this one has died, or here while a stream
 * that was given up still works on it. Its effect must then be that of once, and its answers the
 * same, in the same order. {@link SessionAnswers#key()} tells it by: stored in the transaction of
 * the effect, it makes any handler idempotent.
 *
 * <ul>
 *   <li><b>Pace:</b> the handler's: one message at a time, the next when this one's stage is done.
 *   <li><b>Cancel, cut:</b> not told; the session may come back. What is under way ends as it would
 *       have, and its answers wait for the client.
 *   <li><b>Half-close:</b> {@link #closed} after the client's last message is handled.
 *   <li><b>Drain:</b> the client is asked to move; messages go on coming until it has.
 *   <li><b>Bad message:</b> what the handler throws, or its stage fails with, ends the stream with
 *       that status. {@code INVALID_ARGUMENT} and its like end the session too, for the message
 *       would only come again; after others, such as {@code UNAVAILABLE}, the client comes again.
 * </ul>
 *
 * <p>Threading: called on the call's executor, or on the thread that did the message before; one
 * message of a session at a time, on one instance. The values of the call's {@code Context} are
 * there, but not its cancellation or deadline, which are the stream's.
 *
 * @param <Q> the client's messages
 * @param <R> the answers
 */
@FunctionalInterface
public interface SessionHandler<Q extends Message, R extends Message> {

  /**
   * Handles one message. Its answers are sent before the returned stage is done, none after it.
   *
   * @return done when the effect of the message is durable: then it is acknowledged, once the
   *     client has its answers, and does not come again
   */
  CompletionStage<?> message(Q message, SessionAnswers<R> answers);

  /**
   * The client has said that it sends no more, everything it sent is handled, and it has all the
   * answers. Told once by each instance that hears of it, as a rule by one; again where this
   * throws, which ends the stream like a message that fails.
   */
  default void closed(String sessionId) {}
}
