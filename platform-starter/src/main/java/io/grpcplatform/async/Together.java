package io.grpcplatform.async;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Contexts;
import io.grpc.Deadline;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Several calls in one Context of their own, which ends with them: its deadline is theirs, and its
 * cancellation ends those under way. A subclass says what their ends mean.
 *
 * <p>Threading: the first calls begin on the thread that calls {@link #begin}, the others where one
 * before them has ended.
 *
 * @param <T> the answers
 * @param <R> what comes of them
 */
abstract class Together<T, R> {

  private final List<? extends Call<? extends T>> calls;
  private final int atOnce;
  private final CancellableContext context;
  private final Surroundings surroundings;
  private final CallFuture<R> result = new CallFuture<>(() -> stop(null));
  private final ConcurrentHashMap<Integer, Future<?>> underWay = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();
  private final Rounds rounds = new Rounds(this::beginMore);
  private final AtomicBoolean over = new AtomicBoolean();
  // Only touched in a round.
  private int next;

  Together(List<? extends Call<? extends T>> calls, FanOut how) {
    this.calls = calls;
    this.atOnce = how.atOnce();
    this.context =
        how.limit().isZero()
            ? Context.current().withCancellation()
            : Context.current()
                .withDeadline(
                    Deadline.after(how.limit().toNanos(), TimeUnit.NANOSECONDS),
                    DeadlineTimer.shared());
    this.surroundings = calls.size() > atOnce ? Surroundings.current() : Surroundings.NONE;
  }

  /** One has answered; several threads may tell at a time. */
  abstract void answered(int index, T answer);

  /** One has failed; several threads may tell at a time. */
  abstract void failed(int index, Throwable failure);

  final int size() {
    return calls.size();
  }

  final CompletableFuture<R> begin() {
    context.addListener(
        ended -> fail(Contexts.statusFromCancelled(ended).asRuntimeException()), Runnable::run);
    rounds.run();
    return result;
  }

  final void finish(R value) {
    if (stop(null)) {
      result.answer(value);
    }
  }

  final void fail(Throwable failure) {
    if (stop(failure)) {
      result.fail(failure);
    }
  }

  /** The first to stop it ends what is under way, and nothing more is begun. */
  private boolean stop(@Nullable Throwable why) {
    if (!over.compareAndSet(false, true)) {
      return false;
    }
    context.cancel(why);
    underWay.values().forEach(call -> call.cancel(true));
    return true;
  }

  private void beginMore() {
    while (!over.get() && next < calls.size() && running.get() < atOnce) {
      running.incrementAndGet();
      int index = next++;
      if (index < atOnce) {
        begin(index);
      } else {
        surroundings.run(() -> begin(index));
      }
    }
  }

  private void begin(int index) {
    CompletableFuture<? extends T> call;
    Context before = context.attach();
    try {
      call = calls.get(index).start();
    } catch (Throwable failure) { // also errors: the others would be waited for in vain
      ended(index, null, failure);
      return;
    } finally {
      context.detach(before);
    }
    underWay.put(index, call);
    if (over.get()) {
      call.cancel(true);
    }
    var unused = call.whenComplete((answer, failure) -> ended(index, answer, failure));
  }

  private void ended(int index, @Nullable T answer, @Nullable Throwable failure) {
    underWay.remove(index);
    running.decrementAndGet();
    if (failure != null) {
      failed(index, CallFuture.reason(failure));
    } else {
      tell(index, answer);
    }
    rounds.run();
  }

  private void tell(int index, @Nullable T answer) {
    try {
      answered(index, Objects.requireNonNull(answer, "A call was answered with null"));
    } catch (Throwable failure) { // also errors: the result would be waited for in vain
      fail(failure);
    }
  }
}
