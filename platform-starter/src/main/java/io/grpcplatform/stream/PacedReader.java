package io.grpcplatform.stream;

import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads a caller's stream no faster than its messages are worked on: as many are asked for as may
 * be in work, and one more whenever one is done. What is not asked for stays with the caller, by
 * gRPC's own flow control.
 *
 * <ul>
 *   <li><b>Pace:</b> the handler's, by when it says that a message is done.
 *   <li><b>Cancel:</b> told once; messages in work are the handler's to finish or drop. After the
 *       caller's half-close only its observer tells ({@link ServerCallStreamObserver#isCancelled}).
 *   <li><b>Half-close:</b> told once everything that came before it is done.
 *   <li><b>Drain:</b> the platform ends the stream; for the handler that is a cancel.
 *   <li><b>Bad message:</b> what the handler throws, or a message's work fails with, ends the
 *       stream with that error; messages after it are not handed out.
 * </ul>
 *
 * <p>Threading: messages, half-close and cancel are told on the call's executor, one at a time,
 * except a half-close that had to wait: it is told on the thread that did the last message. Work
 * may be done on any thread.
 *
 * @param <Q> the messages
 */
public final class PacedReader<Q> implements StreamObserver<Q> {

  private final CallStreamObserver<?> stream;
  private final Handler<? super Q> handler;
  private int inWork;
  private boolean halfClosed;
  private boolean ended;

  /**
   * What is done with a stream's messages.
   *
   * @param <Q> the messages
   */
  public interface Handler<Q> {

    /**
     * Works on one message.
     *
     * @return done when the next message may come in its place
     */
    CompletionStage<?> message(Q message);

    /** The caller sends no more, and all it sent is done: the time to answer and complete. */
    void halfClosed();

    /** The caller, or the platform, has ended the stream. */
    default void cancelled() {}
  }

  private PacedReader(CallStreamObserver<?> stream, Handler<? super Q> handler) {
    this.stream = stream;
    this.handler = handler;
  }

  /**
   * What a handler's method returns for its caller's stream. To be made before that method returns.
   *
   * @param answers what the handler was given, a {@link ServerCallStreamObserver}
   * @param inWork how many messages may be in work at a time, at least 1
   */
  public static <Q> PacedReader<Q> of(
      StreamObserver<?> answers, int inWork, Handler<? super Q> handler) {
    if (inWork < 1) {
      throw new IllegalArgumentException("inWork: " + inWork + " (expected: >= 1)");
    }
    ServerCallStreamObserver<?> stream = (ServerCallStreamObserver<?>) answers;
    stream.disableAutoRequest();
    stream.request(inWork);
    return new PacedReader<>(stream, handler);
  }

  @Override
  public void onNext(Q message) {
    synchronized (this) {
      if (ended) {
        return;
      }
      inWork++;
    }
    try {
      handler.message(message).whenComplete((nothing, failed) -> done(failed));
    } catch (RuntimeException failed) {
      done(failed);
    }
  }

  private void done(@Nullable Throwable failed) {
    boolean last;
    synchronized (this) {
      inWork--;
      if (ended) {
        return;
      }
      last = halfClosed && inWork == 0;
      ended = last || failed != null;
    }
    if (failed != null) {
      stream.onError(failed instanceof CompletionException wrapped ? cause(wrapped) : failed);
    } else if (last) {
      halfCloseLate();
    } else {
      stream.request(1);
    }
  }

  /** What it throws would be lost in the last message's work, and the stream never end. */
  private void halfCloseLate() {
    try {
      handler.halfClosed();
    } catch (RuntimeException | Error failed) {
      stream.onError(failed);
    }
  }

  private static Throwable cause(CompletionException wrapped) {
    Throwable cause = wrapped.getCause();
    return cause == null ? wrapped : cause;
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      if (ended) {
        return;
      }
      halfClosed = true;
      if (inWork > 0) {
        return;
      }
      ended = true;
    }
    handler.halfClosed();
  }

  /** gRPC's word for a cancel, which it says until the half-close. */
  @Override
  public void onError(Throwable cancelled) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    handler.cancelled();
  }
}
