package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A unary call of this process's own service, without any transport: every callback of the handler
 * runs on the thread that makes the call, so that what it does there is part of the thread's
 * transaction. A transport would not promise that.
 *
 * <p>A handler may answer on another thread; the caller waits for it, until the Context ends.
 */
final class InPlaceCall<Q, R> extends ServerCall<Q, R> {

  private final MethodDescriptor<Q, R> method;
  private final Context.CancellableContext context;
  private final CountDownLatch over = new CountDownLatch(1);
  private @Nullable R message;
  private @Nullable Attempt attempt;

  private InPlaceCall(MethodDescriptor<Q, R> method, Context.CancellableContext context) {
    this.method = method;
    this.context = context;
  }

  /**
   * Makes the call and waits for its end.
   *
   * @param context ends with the call; its deadline, or whoever cancels it, ends the call
   */
  static <Q, R> Attempt make(
      ServerMethodDefinition<Q, R> served,
      ByteString request,
      Metadata headers,
      Context.CancellableContext context) {
    Q parsed;
    try {
      parsed = served.getMethodDescriptor().parseRequest(request.newInput());
    } catch (RuntimeException garbled) {
      return Attempt.failed(
          Status.Code.INVALID_ARGUMENT,
          "The request is no message that "
              + served.getMethodDescriptor().getFullMethodName()
              + " takes");
    }
    InPlaceCall<Q, R> call = new InPlaceCall<>(served.getMethodDescriptor(), context);
    Context before = context.attach();
    try {
      return call.run(served, parsed, headers);
    } finally {
      context.detach(before);
      context.cancel(null);
    }
  }

  private Attempt run(ServerMethodDefinition<Q, R> served, Q request, Metadata headers) {
    Listener<Q> listener = null;
    try {
      listener = served.getServerCallHandler().startCall(this, headers);
      listener.onReady();
      listener.onMessage(request);
      listener.onHalfClose();
    } catch (RuntimeException thrown) {
      // Without the pipeline: it would have closed the call.
      close(Status.UNKNOWN.withDescription(thrown.getClass().getName()), new Metadata());
    }
    context.addListener(cancelled -> over.countDown(), Runnable::run);
    try {
      over.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    Attempt ended = attempt();
    if (listener != null) {
      if (ended == null) {
        listener.onCancel();
      } else {
        listener.onComplete();
      }
    }
    return ended == null ? cut() : ended;
  }

  private Attempt cut() {
    return context.getDeadline() != null && context.getDeadline().isExpired()
        ? Attempt.failed(Status.Code.DEADLINE_EXCEEDED, "The attempt took too long")
        : Attempt.failed(Status.Code.CANCELLED, "The attempt was cut off");
  }

  private synchronized @Nullable Attempt attempt() {
    return attempt;
  }

  @Override
  public void request(int numMessages) {
    // There is one, and it comes anyway.
  }

  @Override
  public void sendHeaders(Metadata headers) {
    // Nobody reads them.
  }

  @Override
  public synchronized void sendMessage(R answer) {
    message = answer;
  }

  @Override
  public void close(Status status, Metadata trailers) {
    synchronized (this) {
      if (attempt != null) {
        return;
      }
      attempt =
          status.isOk() && message instanceof MessageLite answer
              ? Attempt.answered(answer.toByteString())
              : Attempt.failed(status.isOk() ? NO_ANSWER : status, trailers);
    }
    over.countDown();
  }

  private static final Status NO_ANSWER =
      Status.INTERNAL.withDescription("The handler completed without an answer");

  @Override
  public boolean isCancelled() {
    return context.isCancelled();
  }

  @Override
  public MethodDescriptor<Q, R> getMethodDescriptor() {
    return method;
  }

  @Override
  public Attributes getAttributes() {
    return Attributes.EMPTY;
  }
}
