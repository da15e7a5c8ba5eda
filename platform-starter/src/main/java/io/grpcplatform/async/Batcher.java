package io.grpcplatform.async;

import io.grpc.Status;
import io.grpcplatform.CallClock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what comes one by one and sends it many at a time, where one call with many items costs
 * less than many calls. A batch goes when it is full, or when one of its items has waited long
 * enough; each item has its own answer or failure.
 *
 * <p>Bounded: {@link BatchLimits} say how many items wait and how many batches are under way. With
 * all of these in use an item is refused with RESOURCE_EXHAUSTED, at once.
 *
 * <p>A batch has the earliest deadline of its items, so items of very different deadlines belong
 * into different batchers. Its call belongs to the trace of its first item.
 *
 * <p>Threading: safe, and nothing blocks. A full batch is begun on the thread that filled it or on
 * one that is beginning another, one whose time has come on the executor.
 *
 * @param <I> the items
 * @param <O> their answers
 */
public final class Batcher<I, O> implements AutoCloseable {

  private final String name;
  private final BatchLimits limits;
  private final BatchCall<I, O> call;
  private final ReentrantLock lock = new ReentrantLock();
  private final Rounds rounds = new Rounds(this::sendWhatMayGo);
  private final WaitingItems<BatchItem<I, O>> waiting;
  private final BatchCounts counts = new BatchCounts();
  private final Alarm alarm;
  private int underWay;
  private boolean closed;

  Batcher(
      String name, BatchLimits limits, BatchCall<I, O> call, Executor executor, CallClock clock) {
    this.name = name;
    this.limits = limits;
    this.call = call;
    this.waiting = new WaitingItems<>(limits, clock);
    this.alarm = new Alarm(clock, executor, rounds::run);
  }

  /**
   * A batcher.
   *
   * @param name tells it among others, in messages and in the tag {@code batcher} of its meters
   */
  public static <I, O> Batcher<I, O> of(String name, BatchLimits limits, BatchCall<I, O> call) {
    return of(name, limits, call, ForkJoinPool.commonPool());
  }

  /**
   * A batcher.
   *
   * @param executor begins the batches whose time has come
   */
  public static <I, O> Batcher<I, O> of(
      String name, BatchLimits limits, BatchCall<I, O> call, Executor executor) {
    return new Batcher<>(name, limits, call, executor, CallClock.system());
  }

  /**
   * Takes an item, in gRPC's current Context: the end of that, or of the future, takes it back as
   * long as it waits, and a batch that nobody waits for is cancelled.
   *
   * @return its answer; fails with a {@link io.grpc.StatusRuntimeException}: RESOURCE_EXHAUSTED
   *     where too many wait, UNAVAILABLE after {@link #close}, what the batch or its own result
   *     says otherwise
   */
  public CompletableFuture<O> submit(I item) {
    BatchItem<I, O> added = new BatchItem<>(item);
    Status refusal = add(added);
    if (refusal != null) {
      counts.refused().increment();
      added.fail(refusal);
      return added.future();
    }
    added.whenLost(() -> forget(added));
    added.listen();
    rounds.run();
    return added.future();
  }

  private @Nullable Status add(BatchItem<I, O> item) {
    lock.lock();
    try {
      if (closed) {
        return Status.UNAVAILABLE.withDescription("Batcher " + name + " is closed");
      }
      if (waiting.isFull()) {
        return Status.RESOURCE_EXHAUSTED.withDescription(
            "%d items wait already in batcher %s, as many as may; %d batches of %d are under way"
                .formatted(waiting.size(), name, underWay, limits.atOnce()));
      }
      waiting.add(item, item.patience(limits.delay().toNanos()));
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void forget(BatchItem<I, O> item) {
    lock.lock();
    try {
      waiting.remove(item);
    } finally {
      lock.unlock();
    }
  }

  private void sendWhatMayGo() {
    for (List<BatchItem<I, O>> items = next(); items != null; items = next()) {
      new Batch<>(name, items, this::ended).begin(call);
    }
  }

  private void ended() {
    lock.lock();
    try {
      underWay--;
    } finally {
      lock.unlock();
    }
    rounds.run();
  }

  private @Nullable List<BatchItem<I, O>> next() {
    lock.lock();
    try {
      boolean fills = waiting.fillsABatch();
      boolean goes = fills || waiting.isDue() || (closed && waiting.size() > 0);
      if (underWay >= limits.atOnce() || !goes) {
        arm();
        return null;
      }
      underWay++;
      List<BatchItem<I, O>> items = waiting.take();
      counts.sent(items.size(), fills);
      return items;
    } finally {
      lock.unlock();
    }
  }

  /** Where a batch is to end first there is no need for an alarm: its end looks again. */
  private void arm() {
    if (waiting.size() > 0 && underWay < limits.atOnce()) {
      alarm.set(waiting.untilDue());
    }
  }

  /** Sends what waits at once, as far as batches may go, and takes no more. Does not wait. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    rounds.run();
  }

  String name() {
    return name;
  }

  /** How many items wait for a batch. */
  public int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  BatchCounts counts() {
    return counts;
  }
}
