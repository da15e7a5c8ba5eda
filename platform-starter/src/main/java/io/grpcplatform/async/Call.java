package io.grpcplatform.async;

import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * A call that is not made yet, of any kind of stub ({@link Calls#of}) or of anything else that ends
 * in a future, several calls together among them. Each start is a call of its own.
 *
 * <p>It is made in gRPC's current Context, so that it has the deadline, the cancellation and the
 * trace of the work in hand.
 *
 * <p>Threading: safe where what it is made of is, as every stub is.
 *
 * @param <T> the answer, never null
 */
@FunctionalInterface
public interface Call<T> {

  /**
   * Makes the call and does not wait.
   *
   * <p>Whoever ends the future ends the call: {@code cancel}, {@code orTimeout} and {@code
   * complete} cancel it. What is derived from the future ({@code thenApply}) is a future of its
   * own, whose cancel leaves the call alone. A failure is a {@link StatusRuntimeException}. What
   * follows on the future runs where gRPC tells of the answer, on the channel's executor, and may
   * block there.
   *
   * <p>A Kotlin coroutine awaits it: {@code call.start().await()} of kotlinx-coroutines-jdk8
   * cancels the call with the coroutine.
   */
  CompletableFuture<T> start();

  /**
   * Makes the call and has one of the two told, once.
   *
   * @param answered told of the answer, where gRPC tells of it
   * @param failed told of the failure, also of a cancel
   * @return its cancel cancels the call
   */
  default Future<T> start(Consumer<? super T> answered, Consumer<? super Throwable> failed) {
    CompletableFuture<T> started = start();
    var unused =
        started.whenComplete(
            (answer, failure) -> {
              if (failure == null) {
                answered.accept(answer);
              } else {
                failed.accept(CallFuture.reason(failure));
              }
            });
    return started;
  }

  /**
   * Makes the call and waits for its answer, as a blocking stub does: never on gRPC's event loop.
   * An interrupt cancels the call.
   *
   * @throws StatusRuntimeException how the call failed; CANCELLED if this thread was interrupted,
   *     and it still is
   */
  default T await() {
    return Calls.await(start());
  }
}
