package io.grpcplatform.server;

import io.grpcplatform.Refusal;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A bounded pool that starts a thread only when all it has are busy, and knows when it is full. It
 * takes every task, full or not: whoever lets new calls in asks {@link #full} first, so that the
 * messages, half-closes and cancels of calls that were let in are never lost.
 *
 * <p>The tasks that wait are bounded all the same, because a call has one at most. Threading: safe.
 */
final class WorkerPool extends ThreadPoolExecutor {

  private static final long KEEP_ALIVE_SECONDS = 60;

  private final String name;
  private final String property;
  private final AtomicInteger inside = new AtomicInteger();
  private final LongAdder refused = new LongAdder();
  private volatile int queue;

  /**
   * A pool without a thread yet.
   *
   * @param name how meters call it
   * @param property what sets its size, for those who are refused
   */
  WorkerPool(String name, String property, ThreadFactory threads, ExecutorPlan plan) {
    super(
        1,
        plan.maxThreads(),
        KEEP_ALIVE_SECONDS,
        TimeUnit.SECONDS,
        new Waiting(),
        threads,
        (task, pool) -> ((WorkerPool) pool).enqueue(task));
    ((Waiting) getQueue()).pool = this;
    setThreadFactory(work -> threads.newThread(() -> runAndLeave(work)));
    this.name = name;
    this.property = property;
    this.queue = plan.queue();
  }

  String name() {
    return name;
  }

  /** The property that sets its size. */
  String property() {
    return property;
  }

  /** How many calls may wait. */
  int queueLimit() {
    return queue;
  }

  /** Changes how many threads there may be and how many calls may wait; what waits stays. */
  void resize(ExecutorPlan plan) {
    int before = getMaximumPoolSize();
    setMaximumPoolSize(plan.maxThreads());
    queue = plan.queue();
    // What waits already would else wait on until the next task starts a thread.
    for (int more = plan.maxThreads() - before; more > 0; more--) {
      Runnable waiting = getQueue().poll();
      if (waiting == null) {
        return;
      }
      super.execute(waiting);
    }
  }

  /** Whether one more call would have to wait behind as many as may. */
  boolean full() {
    return inside.get() >= getMaximumPoolSize() + (long) queue;
  }

  /** Whether a critical call would, too: as many of those may wait on top. */
  boolean fullOfCritical() {
    return inside.get() >= getMaximumPoolSize() + 2L * queue;
  }

  /** Whether a task would have to wait for a thread. */
  boolean saturated() {
    return inside.get() >= getMaximumPoolSize();
  }

  /** Whether a task that is counted already finds an idle thread, or there may be no more. */
  private boolean mayWait() {
    int threads = getPoolSize();
    return threads >= getMaximumPoolSize() || inside.get() <= threads;
  }

  /** Counts a call that is refused because of {@link #full}, and says why. */
  Refusal refuse(Duration retryAfter) {
    refused.increment();
    return new Refusal(
        Refusal.Reason.OVERLOADED,
        "All "
            + getMaximumPoolSize()
            + " threads of the executor "
            + name
            + " are busy and "
            + getQueue().size()
            + " calls wait, "
            + queue
            + " may ("
            + property
            + ".max-threads and .queue)",
        retryAfter);
  }

  long refused() {
    return refused.sum();
  }

  /** Lets the threads go once nothing is left to do. What comes later is still done. */
  void retire() {
    setKeepAliveTime(1, TimeUnit.MILLISECONDS);
    allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable task) {
    inside.incrementAndGet();
    try {
      super.execute(task);
    } catch (OutOfMemoryError noMoreThreads) {
      // The machine, not the heap, is out of threads; those that there are will do it.
      if (getPoolSize() == 0) {
        inside.decrementAndGet();
        throw noMoreThreads;
      }
      enqueue(task);
    }
  }

  /** What a thread does, until it is no longer one of this pool's. */
  private void runAndLeave(Runnable work) {
    try {
      work.run();
    } finally {
      // It may have been taken for an idle one while it was about to go.
      Runnable leftBehind = mayWait() ? null : getQueue().poll();
      if (leftBehind != null) {
        super.execute(leftBehind);
      }
    }
  }

  private void enqueue(Runnable task) {
    ((Waiting) getQueue()).force(task);
    // Had the last thread just gone, nobody would look into the queue.
    prestartCoreThread();
  }

  @Override
  protected void afterExecute(Runnable task, Throwable thrown) {
    inside.decrementAndGet();
  }

  /** A ThreadPoolExecutor starts a thread beyond its core only when its queue takes no task. */
  private static final class Waiting extends LinkedBlockingQueue<Runnable> {

    private static final long serialVersionUID = 1L;

    private transient @Nullable WorkerPool pool;

    @Override
    public boolean offer(Runnable task) {
      WorkerPool owner = Objects.requireNonNull(pool);
      if (!owner.mayWait() || !super.offer(task)) {
        return false;
      }
      // An idle thread that went meanwhile, having found nothing, looks no more.
      return owner.mayWait() || !remove(task);
    }

    void force(Runnable task) {
      super.offer(task);
    }
  }
}
