package io.grpcplatform.testing;

import io.grpcplatform.CallClock;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until a test advances it.
 *
 * <p>Threading: safe. Tasks run on the thread that advances, in the order of their time, those of
 * one time in the order in which they were scheduled.
 */
public final class ManualClock implements CallClock {

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::dueNanos).thenComparing(Task::order));
  private long now;
  private long scheduled;

  /** A clock that starts away from zero, so that its origin is not mistaken for a duration. */
  public ManualClock() {
    now = Duration.ofDays(1).toNanos();
  }

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized Runnable schedule(Runnable task, long delayNanos) {
    Task added = new Task(now + Math.max(0, delayNanos), scheduled++, task);
    tasks.add(added);
    notifyAll();
    return () -> remove(added);
  }

  private synchronized void remove(Task task) {
    tasks.remove(task);
  }

  /**
   * Moves time on and runs what falls due, each task at its own time; a task that a task schedules
   * runs as well if it falls due.
   */
  public void advance(Duration by) {
    long end = nanoTime() + by.toNanos();
    for (Task due = nextUntil(end); due != null; due = nextUntil(end)) {
      due.action().run();
    }
  }

  private synchronized @Nullable Task nextUntil(long end) {
    Task first = tasks.peek();
    if (first == null || first.dueNanos() > end) {
      now = Math.max(now, end);
      return null;
    }
    tasks.remove();
    now = Math.max(now, first.dueNanos());
    return first;
  }

  /** How many tasks wait for their time. */
  public synchronized int waiting() {
    return tasks.size();
  }

  /**
   * Blocks until another thread has scheduled a task that is due in exactly {@code delay}.
   *
   * @throws AssertionError if that takes longer than {@code limit} of real time
   */
  public synchronized void awaitTask(Duration delay, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (tasks.stream().noneMatch(task -> task.dueNanos() - now == delay.toNanos())) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        throw new AssertionError(
            "No task is due in " + delay + " after " + limit + " of waiting: " + tasks);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private record Task(long dueNanos, long order, Runnable action) {}
}
