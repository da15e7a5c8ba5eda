package io.grpcplatform.stream;

import com.google.protobuf.Message;

/**
 * Answers one message of a resumable session, and tells which one it is.
 *
 * <p>Threading: safe.
 *
 * @param <R> the answers
 */
public interface SessionAnswers<R extends Message> {

  /**
   * Sends an answer, or keeps it until the client is back. Never blocks.
   *
   * @throws IllegalStateException after the message's stage is done
   */
  void send(R answer);

  /** The session; empty where the client knows nothing of sessions. */
  String sessionId();

  /** The message's number in its session, from 1. */
  long number();

  /**
   * Identifies the message for ever, {@code <session id>:<number>}, at most 84 characters; empty
   * where the client knows nothing of sessions.
   */
  default String key() {
    return sessionId().isEmpty() ? "" : sessionId() + ":" + number();
  }
}
