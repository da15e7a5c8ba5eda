package io.grpcplatform;

import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands where a unary call's real call would be when the platform answers it: as soon as the
 * request is whole and an answer was asked for, it tells one, or the refusal where there is none.
 */
final class AnsweredCall<Q, R> extends ClientCall<Q, R> {

  private static final Logger log = LoggerFactory.getLogger(AnsweredCall.class);

  private final Refusal refusal;
  private final LocalAnswer answer;
  private final @Nullable Executor executor;
  private final AtomicBoolean over = new AtomicBoolean();
  private final AnsweredCallListener<R> listener;
  private volatile Context context = Context.ROOT;
  private volatile @Nullable Q request;
  private volatile boolean halfClosed;
  private volatile boolean asked;
  private volatile @Nullable Status cancelled;

  AnsweredCall(
      AnsweredCallListener<R> listener,
      Refusal refusal,
      LocalAnswer answer,
      @Nullable Executor executor) {
    this.listener = listener;
    this.refusal = refusal;
    this.answer = answer;
    this.executor = executor;
  }

  @Override
  public void start(Listener<R> same, Metadata headers) {
    context = Context.current();
  }

  @Override
  public void sendMessage(Q message) {
    request = message;
  }

  @Override
  public void request(int messages) {
    asked = true;
    answerOnceWhole();
  }

  /** Answers nothing yet: the machine calls it with its lock held, and an answer may block. */
  @Override
  public void halfClose() {
    halfClosed = true;
  }

  void answerOnceWhole() {
    if (halfClosed && asked && over.compareAndSet(false, true)) {
      run(this::answer);
    }
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    Status asAsked = Status.CANCELLED.withDescription(message).withCause(cause);
    cancelled = asAsked;
    if (over.compareAndSet(false, true)) {
      run(() -> listener.onClose(asAsked, new Metadata()));
    }
  }

  private void run(Runnable plain) {
    Runnable callbacks = context.wrap(plain);
    if (executor == null) {
      callbacks.run();
      return;
    }
    try {
      executor.execute(callbacks);
    } catch (RejectedExecutionException rejected) {
      // Nobody else would ever tell the end, and the stages further out hold permits until then.
      callbacks.run();
    }
  }

  private void answer() {
    Object response = cancelled == null ? response() : null;
    Status gone = cancelled;
    if (gone != null) {
      listener.onClose(gone, new Metadata());
      return;
    }
    if (response == null) {
      listener.onClose(refusal.status(), refusal.trailers());
      return;
    }
    Status end = Status.OK;
    try {
      listener.onAnswer(response);
    } catch (RuntimeException | Error failed) {
      end =
          Status.CANCELLED
              .withDescription("The caller failed to take the answer")
              .withCause(failed);
    }
    listener.onClose(end, new Metadata());
  }

  private @Nullable Object response() {
    Q whole = request;
    if (whole == null) {
      return null;
    }
    try {
      return answer.answer().apply(whole);
    } catch (RuntimeException | Error failed) {
      log.warn(
          "No answer in place of a refusal ({})", refusal.getMessage(), MessageWithheld.of(failed));
      log.debug("The failure of the answer, with its messages", failed);
      return null;
    }
  }
}
