package io.grpcplatform.async;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * A call of a blocking stub's method. It waits on a thread of the executor's, in a Context whose
 * cancel ends the wait.
 *
 * @param <Q> the request
 * @param <A> the answer
 */
record BlockingCall<Q, A>(Calls.BlockingMethod<Q, A> method, Q request, Executor executor)
    implements Call<A> {

  @Override
  public CompletableFuture<A> start() {
    CancellableContext context = Context.current().withCancellation();
    CallFuture<A> future = new CallFuture<>(() -> context.cancel(null));
    Surroundings surroundings = Surroundings.current();
    Runnable task =
        () -> {
          if (!future.isDone()) {
            surroundings.run(context.wrap(() -> call(future)));
          }
          context.cancel(null);
        };
    try {
      executor.execute(task);
    } catch (RejectedExecutionException full) {
      context.cancel(full);
      future.fail(
          Status.RESOURCE_EXHAUSTED
              .withDescription("The executor has no thread for a blocking call")
              .withCause(full)
              .asRuntimeException());
    }
    return future;
  }

  private void call(CallFuture<A> future) {
    try {
      future.answer(method.call(request));
    } catch (StatusException failed) {
      future.fail(failed.getStatus().asRuntimeException(failed.getTrailers()));
    } catch (Throwable failed) { // also errors: somebody waits for the future
      future.fail(failed);
    }
  }
}
