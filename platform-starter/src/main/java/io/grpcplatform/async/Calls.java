package io.grpcplatform.async;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Unary calls that are made without waiting, one or several at once: a method of any generated stub
 * becomes a {@link Call}, and calls are made together with one deadline and one cancellation.
 *
 * <pre>{@code
 * List<Payment> payments = Calls.await(Calls.all(Calls.each(stub::getPayment, requests)));
 * }</pre>
 *
 * <p>All of it is done in gRPC's current Context. In a handler that is the call it serves: what is
 * begun there and not waited for ends with it.
 *
 * <p>Threading: every method may be called on any thread; none but {@link #await} blocks.
 */
public final class Calls {

  private Calls() {}

  /** A unary method of an async stub, such as {@code stub::getPayment}. */
  @FunctionalInterface
  public interface AsyncMethod<Q, A> {
    void call(Q request, StreamObserver<A> answer);
  }

  /** A unary method of a future stub. */
  @FunctionalInterface
  public interface FutureMethod<Q, A> {
    ListenableFuture<A> call(Q request);
  }

  /** A unary method of a blocking stub, of either version. */
  @FunctionalInterface
  public interface BlockingMethod<Q, A> {
    A call(Q request) throws StatusException;
  }

  /**
   * A call of an async stub's unary method. One that streams its answers has the same shape: its
   * call fails with INTERNAL at the second answer.
   */
  public static <Q, A> Call<A> of(AsyncMethod<Q, A> method, Q request) {
    return () -> {
      CallFuture<A> future = new CallFuture<>();
      method.call(request, new AsyncAnswer<Q, A>(future));
      return future;
    };
  }

  /** A call of a future stub's method. */
  public static <Q, A> Call<A> of(FutureMethod<Q, A> method, Q request) {
    return new ListenableCall<>(method, request);
  }

  /**
   * A call of a blocking stub's method, on a thread of the executor's. A cancel ends the call, and
   * with it the wait; a task that has no thread yet never makes it.
   *
   * @param executor has as many threads as calls are to be under way at once
   */
  public static <Q, A> Call<A> of(BlockingMethod<Q, A> method, Q request, Executor executor) {
    return new BlockingCall<>(method, request, executor);
  }

  /** One call of an async stub's method for each request. */
  public static <Q, A> List<Call<A>> each(AsyncMethod<Q, A> method, Collection<Q> requests) {
    return requests.stream().map(request -> of(method, request)).toList();
  }

  /** One call of a future stub's method for each request. */
  public static <Q, A> List<Call<A>> each(FutureMethod<Q, A> method, Collection<Q> requests) {
    return requests.stream().map(request -> of(method, request)).toList();
  }

  /** As {@link #all(Collection, FanOut)}, 16 at once within what the work in hand has left. */
  public static <A> CompletableFuture<List<A>> all(Collection<? extends Call<? extends A>> calls) {
    return all(calls, FanOut.STANDARD);
  }

  /**
   * Makes all of the calls and answers with their answers in the same order. The first failure is
   * the result's: calls under way are cancelled, the others are never made. So they are when
   * somebody cancels the result, when the time of {@code how} is over (DEADLINE_EXCEEDED), and when
   * the Context ends in which this is called.
   */
  public static <A> CompletableFuture<List<A>> all(
      Collection<? extends Call<? extends A>> calls, FanOut how) {
    if (calls.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    return new AllOf<A, List<A>>(List.copyOf(calls), how, Function.identity()).begin();
  }

  /**
   * Makes two calls of different kinds at once and combines their answers; otherwise as {@link
   * #all(Collection)}. For three, one of the two is a pair itself: {@code () -> Calls.both(...)}.
   *
   * @param combine must not block
   */
  public static <A, B, T> CompletableFuture<T> both(
      Call<A> first, Call<B> second, BiFunction<? super A, ? super B, ? extends T> combine) {
    CompletableFuture<CompletableFuture<A>> one = new CompletableFuture<>();
    CompletableFuture<CompletableFuture<B>> other = new CompletableFuture<>();
    return new AllOf<Object, T>(
            List.of(noting(first, one), noting(second, other)),
            FanOut.STANDARD,
            done -> combine.apply(one.join().join(), other.join().join()))
        .begin();
  }

  private static <A> Call<A> noting(Call<A> call, CompletableFuture<CompletableFuture<A>> noted) {
    return () -> {
      CompletableFuture<A> started = call.start();
      noted.complete(started);
      return started;
    };
  }

  /** As {@link #firstOf(Collection, FanOut)}, all at once up to 16. */
  public static <A> CompletableFuture<A> firstOf(Collection<? extends Call<? extends A>> calls) {
    return firstOf(calls, FanOut.STANDARD);
  }

  /**
   * Makes the calls and answers with the first answer; the others are cancelled or never made. It
   * fails only when all have failed, with the failure of the first call in the list, the others'
   * suppressed in it, and when it is cancelled or its time is over, as {@link #all}. With {@code
   * FanOut.atOnce(1)} each call is made only after the one before it has failed.
   *
   * @throws IllegalArgumentException for no calls at all
   */
  public static <A> CompletableFuture<A> firstOf(
      Collection<? extends Call<? extends A>> calls, FanOut how) {
    if (calls.isEmpty()) {
      throw new IllegalArgumentException("calls: 0 (expected: >= 1)");
    }
    return new FirstOf<A>(List.copyOf(calls), how).begin();
  }

  /**
   * Waits for an answer, as a blocking stub does; never on gRPC's event loop. An interrupt cancels
   * what is waited for.
   *
   * @throws io.grpc.StatusRuntimeException how it failed, not wrapped; CANCELLED if this thread was
   *     interrupted, and it still is
   */
  public static <A> A await(CompletableFuture<A> answer) {
    try {
      return answer.get();
    } catch (InterruptedException interrupted) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw Status.CANCELLED
          .withDescription("Interrupted while waiting for the answer")
          .withCause(interrupted)
          .asRuntimeException();
    } catch (ExecutionException failed) {
      throw CallFuture.thrown(failed.getCause() == null ? failed : failed.getCause());
    }
  }
}
