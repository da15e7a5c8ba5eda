package io.grpcplatform.async;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One item on its way through a batcher. It is over when it is answered, when its future is ended
 * by somebody, or when the Context ends in which it was submitted; whichever comes first.
 *
 * <p>Threading: safe.
 *
 * @param <I> the item
 * @param <O> its answer
 */
final class BatchItem<I, O> {

  final I value;
  final Context context = Context.current();
  final Surroundings surroundings = Surroundings.current();
  final CallFuture<O> future = new CallFuture<>();

  BatchItem(I value) {
    this.value = value;
  }

  /** Begins to listen to the end of whoever submitted it. */
  void listen() {
    Context.CancellationListener ended = over -> fail(Contexts.statusFromCancelled(over));
    context.addListener(ended, Runnable::run);
    // Afterwards: it may have been answered already, and a context may live for long.
    var unused = future.whenComplete((answer, failure) -> context.removeListener(ended));
  }

  /** Runs something when the item is over without an answer; at once if it is already. */
  void whenLost(Runnable lost) {
    var unused =
        future.whenComplete(
            (answer, failure) -> {
              if (failure != null) {
                lost.run();
              }
            });
  }

  @Nullable Deadline deadline() {
    return context.getDeadline();
  }

  /** How long it may wait for others: half of what it has left at most. */
  long patience(long delayNanos) {
    Deadline deadline = deadline();
    return deadline == null
        ? delayNanos
        : Math.min(delayNanos, Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS)) / 2);
  }

  boolean isOver() {
    return future.isDone();
  }

  void tell(@Nullable BatchResult<O> result) {
    if (result instanceof BatchResult.Answered<O> answered) {
      future.answer(answered.answer());
    } else if (result instanceof BatchResult.Failed<O> failed) {
      fail(failed.status());
    } else {
      fail(Status.INTERNAL.withDescription("The batch has no result for this item"));
    }
  }

  void fail(Status status) {
    future.fail(status.asRuntimeException());
  }

  CompletableFuture<O> future() {
    return future;
  }
}
