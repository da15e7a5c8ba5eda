package io.grpcplatform.async;

import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The answer to come of a call. Whoever ends it instead of the call, by a cancel or a timeout, ends
 * the call first: what follows on the future may take long, and no call waits for it.
 *
 * <p>Threading: safe.
 *
 * @param <T> the answer
 */
final class CallFuture<T> extends CompletableFuture<T> {

  private volatile Runnable stop;
  private volatile boolean ending;

  /**
   * @param stop ends the call; may be run more than once, also after the call's own end
   */
  CallFuture(Runnable stop) {
    this.stop = stop;
  }

  /** One whose call has yet to be begun. */
  CallFuture() {
    this(() -> {});
  }

  /** The call has begun, and ends by this; at once if somebody has ended the future already. */
  void stopBy(Runnable how) {
    stop = how;
    if (ending) {
      how.run();
    }
  }

  /** The call's own end. */
  void answer(T answer) {
    super.complete(answer);
  }

  /** The call's own end; says nothing where it is what somebody's cancel has led to. */
  void fail(Throwable failure) {
    if (!ending) {
      super.completeExceptionally(failure);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    end();
    return super.cancel(mayInterruptIfRunning);
  }

  @Override
  public boolean complete(T value) {
    end();
    return super.complete(value);
  }

  @Override
  public boolean completeExceptionally(Throwable ex) {
    end();
    return super.completeExceptionally(ex);
  }

  private void end() {
    if (!isDone()) {
      ending = true;
      stop.run();
    }
  }

  /** A failure without what a future wraps around those of the future it follows. */
  static Throwable reason(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  /** A failure as an exception that any method may throw. */
  static RuntimeException thrown(Throwable failure) {
    Throwable reason = reason(failure);
    if (reason instanceof Error error) {
      throw error;
    }
    return reason instanceof RuntimeException unchecked
        ? unchecked
        : Status.fromThrowable(reason).asRuntimeException();
  }
}
