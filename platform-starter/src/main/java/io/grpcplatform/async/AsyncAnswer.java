package io.grpcplatform.async;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import org.jspecify.annotations.Nullable;

/**
 * The one answer of an async stub's call. gRPC tells it on the call's executor, one thing at a
 * time.
 *
 * @param <Q> the request
 * @param <A> the answer
 */
final class AsyncAnswer<Q, A> implements ClientResponseObserver<Q, A> {

  private final CallFuture<A> future;
  private @Nullable A answer;

  AsyncAnswer(CallFuture<A> future) {
    this.future = future;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> call) {
    future.stopBy(() -> call.cancel("Nobody waits for the answer any more", null));
  }

  @Override
  public void onNext(A value) {
    if (answer != null) {
      future.completeExceptionally(
          Status.INTERNAL
              .withDescription("More than one answer: the method is not unary")
              .asRuntimeException());
    }
    answer = value;
  }

  @Override
  public void onError(Throwable failure) {
    future.fail(failure);
  }

  /** An answer counts once its status is there, as with every other kind of stub. */
  @Override
  public void onCompleted() {
    A only = answer;
    if (only == null) {
      future.fail(missing());
    } else {
      future.answer(only);
    }
  }

  static StatusRuntimeException missing() {
    return Status.INTERNAL.withDescription("No answer came").asRuntimeException();
  }
}
