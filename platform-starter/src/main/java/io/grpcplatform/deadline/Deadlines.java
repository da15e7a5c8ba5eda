package io.grpcplatform.deadline;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Deadline;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ServerFeature;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What is left of the deadline of the work in hand, and how to spend it: share it among calls, cut
 * it short, take it along to other threads, or leave it behind. Also the two stages by themselves,
 * for channels and servers that the starter does not make.
 *
 * <p>The work in hand is that of gRPC's current {@link Context}: in a handler, that of the call it
 * serves. Times are of the clock that does not jump.
 *
 * <p>Threading: every method may be called on any thread and speaks of that thread's Context; none
 * blocks but by the work it is given.
 */
public final class Deadlines {

  private Deadlines() {}

  /**
   * Work that has a result and may fail.
   *
   * @param <T> the result
   * @param <X> what it may throw; none where it throws nothing that is checked
   */
  @FunctionalInterface
  public interface Work<T, X extends Exception> {
    T run() throws X;
  }

  /**
   * What is left: zero once the deadline has passed, never less; empty where there is no deadline.
   */
  public static Optional<Duration> remaining() {
    return Optional.ofNullable(Context.current().getDeadline())
        .map(Deadlines::left)
        .map(Duration::ofNanos);
  }

  private static long left(Deadline deadline) {
    return Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS));
  }

  /**
   * The deadline of one of several calls that are made one after the other: an equal share of what
   * is left for it and for those that follow. What a call leaves over goes to the next ones; the
   * last may take all.
   *
   * @param call which of them, from 1
   * @param calls how many there are
   * @return empty where there is no deadline to share
   */
  public static Optional<Deadline> split(int call, int calls) {
    DeadlineBudget.share(0, call, calls);
    Deadline whole = Context.current().getDeadline();
    if (whole == null) {
      return Optional.empty();
    }
    long share = DeadlineBudget.share(left(whole), call, calls);
    // Read later than what is left, the clock would add the time between: the whole stays the
    // whole.
    return Optional.of(Deadline.after(share, TimeUnit.NANOSECONDS).minimum(whole));
  }

  /**
   * Does work on this thread with the deadline of {@link #split(int, int)}; without a deadline to
   * share, as if it were called directly. When the work returns, calls begun in it that nobody
   * waited for are cancelled.
   */
  public static <T, X extends Exception> T split(int call, int calls, Work<T, X> work) throws X {
    Optional<Deadline> share = split(call, calls);
    return share.isEmpty() ? work.run() : until(share.get(), work);
  }

  /** As {@link #split(int, int, Work)}, for work without a result. */
  public static void split(int call, int calls, Runnable work) {
    split(call, calls, result(work));
  }

  /**
   * Does work on this thread with at most {@code limit} to go; a deadline that is there already and
   * comes sooner stays. When the work returns, calls begun in it that nobody waited for are
   * cancelled.
   */
  public static <T, X extends Exception> T within(Duration limit, Work<T, X> work) throws X {
    return until(after(limit), work);
  }

  /** As {@link #within(Duration, Work)}, for work without a result. */
  public static void within(Duration limit, Runnable work) {
    within(limit, result(work));
  }

  /**
   * The current Context without its deadline and its cancellation, for work that must outlive its
   * caller: values, such as a trace, stay. A call made in it gets the deadline that is configured
   * for its method, as a call that serves nobody.
   *
   * <pre>{@code
   * executor.execute(Deadlines.detached().wrap(() -> audit.record(order)));
   * }</pre>
   */
  public static Context detached() {
    return Context.current().fork();
  }

  /** Does work on this thread in the {@link #detached()} Context. */
  public static <T, X extends Exception> T detached(Work<T, X> work) throws X {
    return in(detached(), work);
  }

  /** As {@link #detached(Work)}, for work without a result. */
  public static void detached(Runnable work) {
    detached(result(work));
  }

  /**
   * Does work on this thread in the {@link #detached()} Context with a deadline of its own. Calls
   * begun in it go on when the work returns, and end with that deadline.
   */
  public static <T, X extends Exception> T detached(Duration limit, Work<T, X> work) throws X {
    return in(detached().withDeadline(after(limit), Timer.DEADLINES), work);
  }

  /** As {@link #detached(Duration, Work)}, for work without a result. */
  public static void detached(Duration limit, Runnable work) {
    detached(limit, result(work));
  }

  /**
   * An executor whose tasks run in the Context of whoever hands them in: deadline, cancellation and
   * values go along. Fits pools, virtual threads and the second argument of {@code
   * CompletableFuture.supplyAsync}.
   *
   * @param pool does the work; shutting the result down shuts it down
   */
  public static ExecutorService propagating(ExecutorService pool) {
    return new PropagatingExecutor(pool);
  }

  /** As {@link #propagating(ExecutorService)}, for an executor that cannot be shut down. */
  public static Executor propagating(Executor executor) {
    return Context.currentContextExecutor(executor);
  }

  /**
   * The client's stage with its defaults, for a channel of one's own: {@code
   * ClientPipeline.of("payment", List.of(Deadlines.client())).install(builder)}.
   */
  public static ClientFeature client() {
    return client(DeadlineProperties.DEFAULT);
  }

  /**
   * The client's stage for a channel of one's own.
   *
   * @param standard the deadline of a unary call whose caller set none and whose contract says
   *     nothing; zero for none
   */
  public static ClientFeature client(Duration standard) {
    return DeadlineClientStage.alone(DeadlineProperties.ofClient(standard));
  }

  /**
   * The server's stage with its defaults, for a server of one's own: {@code
   * ServerPipeline.of(List.of(Deadlines.server())).install(builder)}.
   */
  public static ServerFeature server() {
    return server(Duration.ZERO, Duration.ZERO);
  }

  /**
   * The server's stage for a server of one's own.
   *
   * @param standard the deadline of a unary call that arrives without one; zero for none
   * @param max the longest that a unary call may take; zero for no cap
   */
  public static ServerFeature server(Duration standard, Duration max) {
    return DeadlineServerStage.alone(DeadlineProperties.ofServer(standard, max));
  }

  private static Deadline after(Duration limit) {
    return Deadline.after(DeadlineSettings.nanos(limit), TimeUnit.NANOSECONDS);
  }

  private static Work<Boolean, RuntimeException> result(Runnable work) {
    return () -> {
      work.run();
      return true;
    };
  }

  private static <T, X extends Exception> T until(Deadline deadline, Work<T, X> work) throws X {
    CancellableContext limited = Context.current().withDeadline(deadline, Timer.DEADLINES);
    try {
      return in(limited, work);
    } finally {
      limited.cancel(null);
    }
  }

  private static <T, X extends Exception> T in(Context context, Work<T, X> work) throws X {
    Context before = context.attach();
    try {
      return work.run();
    } finally {
      context.detach(before);
    }
  }

  /** Made with the first deadline that needs it. */
  private static final class Timer {
    static final ScheduledExecutorService DEADLINES = made();

    private static ScheduledExecutorService made() {
      ScheduledThreadPoolExecutor timer =
          new ScheduledThreadPoolExecutor(
              1,
              task -> {
                Thread thread = new Thread(task, "grpc-platform-deadlines");
                thread.setDaemon(true);
                return thread;
              });
      timer.setRemoveOnCancelPolicy(true);
      return timer;
    }
  }
}
