package io.grpcplatform.async;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Deadline;
import io.grpc.Status;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Items that go together, in one Context that has the values of the first item's and the earliest
 * deadline of all.
 *
 * @param <I> the items
 * @param <O> their answers
 */
final class Batch<I, O> {

  private final String batcher;
  private final List<BatchItem<I, O>> items;
  private final Runnable over;

  /**
   * @param over told once, before the items are
   */
  Batch(String batcher, List<BatchItem<I, O>> items, Runnable over) {
    this.batcher = batcher;
    this.items = items.stream().filter(item -> !item.isOver()).toList();
    this.over = over;
  }

  void begin(BatchCall<I, O> call) {
    if (items.isEmpty()) {
      over.run();
      return;
    }
    BatchItem<I, O> first = items.get(0);
    CancellableContext context = context(first.context);
    first.surroundings.run(() -> begin(call, context));
  }

  private CancellableContext context(Context first) {
    Optional<Deadline> earliest =
        items.stream().map(BatchItem::deadline).filter(Objects::nonNull).reduce(Deadline::minimum);
    Context values = first.fork();
    return earliest.isEmpty()
        ? values.withCancellation()
        : values.withDeadline(earliest.get(), DeadlineTimer.shared());
  }

  private void begin(BatchCall<I, O> call, CancellableContext context) {
    CompletionStage<List<BatchResult<O>>> answers;
    Context before = context.attach();
    try {
      answers = Objects.requireNonNull(call.start(items.stream().map(item -> item.value).toList()));
    } catch (Throwable failed) { // also errors: the items would be waited for in vain
      ended(context, null, failed);
      return;
    } finally {
      context.detach(before);
    }
    AtomicInteger awaited = new AtomicInteger(items.size());
    for (BatchItem<I, O> item : items) {
      item.whenLost(
          () -> {
            if (awaited.decrementAndGet() == 0) {
              context.cancel(null);
              answers.toCompletableFuture().cancel(true);
            }
          });
    }
    var unused = answers.whenComplete((results, failure) -> ended(context, results, failure));
  }

  private void ended(
      CancellableContext context,
      @Nullable List<BatchResult<O>> results,
      @Nullable Throwable failure) {
    context.cancel(null);
    over.run();
    if (failure != null) {
      Throwable reason = CallFuture.reason(failure);
      items.forEach(item -> item.future.fail(reason));
    } else if (results == null || results.size() != items.size()) {
      String seen = results == null ? "nothing" : results.size() + " results";
      failAll("Batcher " + batcher + ": " + seen + " for a batch of " + items.size() + " items");
    } else {
      for (int i = 0; i < items.size(); i++) {
        items.get(i).tell(results.get(i));
      }
    }
  }

  private void failAll(String why) {
    Status status = Status.INTERNAL.withDescription(why);
    items.forEach(item -> item.fail(status));
  }
}
