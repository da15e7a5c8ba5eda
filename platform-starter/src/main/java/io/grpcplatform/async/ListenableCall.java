package io.grpcplatform.async;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A call of a future stub's method.
 *
 * @param <Q> the request
 * @param <A> the answer
 */
record ListenableCall<Q, A>(Calls.FutureMethod<Q, A> method, Q request) implements Call<A> {

  @Override
  public CompletableFuture<A> start() {
    ListenableFuture<A> answer = method.call(request);
    CallFuture<A> future = new CallFuture<>(() -> answer.cancel(true));
    answer.addListener(() -> settle(answer, future), MoreExecutors.directExecutor());
    return future;
  }

  private static <A> void settle(ListenableFuture<A> answer, CallFuture<A> future) {
    try {
      A only = Futures.getDone(answer);
      if (only == null) {
        future.fail(AsyncAnswer.missing());
      } else {
        future.answer(only);
      }
    } catch (ExecutionException failed) {
      future.fail(failed.getCause() == null ? failed : failed.getCause());
    } catch (CancellationException cancelled) {
      future.fail(cancelled);
    }
  }
}
