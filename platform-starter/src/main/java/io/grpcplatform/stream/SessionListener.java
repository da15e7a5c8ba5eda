package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.Status;
import java.util.concurrent.CompletionStage;

/**
 * Hears the answers of a {@link ResumableStream}.
 *
 * <p>Threading: one call at a time, on the session's executor; may block there unless that executor
 * may not.
 *
 * @param <R> the answers
 */
@FunctionalInterface
public interface SessionListener<R extends Message> {

  /**
   * Handles one answer. Each is told once in the life of this session, in order, whatever happens
   * to its streams. If the handling fails, the stream is given up and the answer comes again on the
   * next one.
   *
   * @return done when the answer need not come again; the next is told then
   */
  CompletionStage<?> answer(R answer);

  /** A stream is open: the first, or another after a cut or a move. */
  default void opened() {}

  /** The stream has ended, and another is about to be opened. */
  default void cut(Status status) {}

  /** The session has ended, for good: OK after {@link ResumableStream#complete}. Told last. */
  default void ended(Status status) {}
}
