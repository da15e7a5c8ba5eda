package io.grpcplatform.async;

import io.grpcplatform.WorkTraces;
import io.grpcplatform.async.DurableWorkers.Chore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Durable calls put together: the table, who carries calls out, who tells of their ends. */
final class DurableEngine implements AutoCloseable {

  private static final int CHORES = 6;
  private static final long IDLE_SECONDS = 30;

  private final CallTable table;
  private final CallLists lists;
  private final CallCounts counts;
  private final CallWaiters waiters;
  private final CallRunner runner;
  private final DurableWorkers workers;
  private final StoredDurableCalls calls;
  private final @Nullable CarriedCalls carried;
  private final ScheduledThreadPoolExecutor timer;
  private final ThreadPoolExecutor pool;

  /**
   * What the application has.
   *
   * @param listeners asked for with the first end of a call
   * @param now milliseconds since 1970
   * @param ids a new one each time
   * @param route null where the database alone carries calls
   */
  record Application(
      CallRows rows,
      CallTransactions transactions,
      CallPlaces places,
      WorkTraces traces,
      Supplier<List<DurableCallListener>> listeners,
      LongSupplier now,
      Supplier<String> ids,
      RandomGenerator random,
      CarriedCalls.@Nullable Route route) {}

  DurableEngine(AsyncProperties settings, Application application, AsyncWatch watch) {
    LongSupplier now = application.now();
    table = new CallTable(application.rows());
    lists = new CallLists(application.rows());
    counts = new CallCounts(lists, now);
    waiters = new CallWaiters(table);
    timer = new ScheduledThreadPoolExecutor(1, threads("platform-async-timer"));
    timer.setRemoveOnCancelPolicy(true);
    pool = pool(Math.max(1, settings.workers()) + CHORES);
    RetryRule retries = retries(settings, application.random());
    CallTransactions transactions = application.transactions();
    CallEnds ends =
        new CallEnds(table, transactions, waiters, application.listeners(), retries, watch, now);
    runner = runner(settings, application, retries, ends, watch);
    carried = carried(application, retries, ends, watch);
    workers =
        new DurableWorkers(
            table,
            transactions,
            runner,
            new DurableWorkers.Threads(
                pool, this::later, settings.workers(), settings.pollInterval()),
            now,
            chores(settings, transactions, ends, now));
    calls = calls(settings, application, ends, watch);
  }

  private CallRunner runner(
      AsyncProperties settings,
      Application application,
      RetryRule retries,
      CallEnds ends,
      AsyncWatch watch) {
    return new CallRunner(
        table,
        application.transactions(),
        application.places(),
        retries,
        ends,
        watch,
        application.now(),
        settings.attemptTimeout(),
        timer);
  }

  private StoredDurableCalls calls(
      AsyncProperties settings, Application application, CallEnds ends, AsyncWatch watch) {
    return new StoredDurableCalls(
        table,
        lists,
        application.transactions(),
        application.places(),
        runner,
        ends,
        waiters,
        application.traces(),
        new StoredDurableCalls.Parts(
            application.ids(),
            application.now(),
            settings.maxRequestSize().toBytes(),
            workers::wake,
            watch));
  }

  private List<Chore> chores(
      AsyncProperties settings, CallTransactions transactions, CallEnds ends, LongSupplier now) {
    List<Chore> chores = new ArrayList<>();
    chores.add(
        new Chore(
            "Looking for calls that ended elsewhere",
            () -> {
              waiters.look();
              return false;
            }));
    chores.add(new Chore("Counting durable calls", counts::count));
    if (settings.workers() > 0) {
      chores.add(new Chore("Telling how durable calls ended", ends::tellNext));
      CallRetention retention =
          new CallRetention(
              lists, transactions, settings.retention(), settings.deadLetters().retention(), now);
      chores.add(new Chore("Forgetting durable calls", retention::remove));
    }
    CarriedCalls onTheirWay = carried;
    if (onTheirWay != null) {
      chores.add(new Chore("Handing calls to the carrier", onTheirWay::sendNext));
      chores.add(new Chore("Handing results to the carrier", onTheirWay::replyNext));
    }
    return chores;
  }

  private @Nullable CarriedCalls carried(
      Application application, RetryRule retries, CallEnds ends, AsyncWatch watch) {
    CarriedCalls.Route route = application.route();
    return route == null
        ? null
        : new CarriedCalls(
            new CarriedTable(application.rows()),
            application.transactions(),
            ends,
            retries,
            route,
            watch,
            application.now(),
            this::wake);
  }

  private void wake() {
    workers.wake();
  }

  private static RetryRule retries(AsyncProperties settings, RandomGenerator random) {
    AsyncProperties.Retry retry = settings.retry();
    return new RetryRule(
        retry.maxAttempts(), retry.initialBackoff(), retry.maxBackoff(), retry.codes(), random);
  }

  private void later(Runnable task, long millis) {
    var unused = timer.schedule(task, millis, TimeUnit.MILLISECONDS);
  }

  private static ThreadPoolExecutor pool(int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads("platform-async-"));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private static ThreadFactory threads(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name.endsWith("-") ? name + count.incrementAndGet() : name);
      thread.setDaemon(true);
      return thread;
    };
  }

  DurableCalls calls() {
    return calls;
  }

  CallLists lists() {
    return lists;
  }

  CallCounts counts() {
    return counts;
  }

  @Nullable CarriedCalls carried() {
    return carried;
  }

  /** For what must not run on the thread that tells of an end. */
  Executor answering() {
    return pool;
  }

  CallWaiters waiters() {
    return waiters;
  }

  CallRunner runner() {
    return runner;
  }

  DurableWorkers workers() {
    return workers;
  }

  void start() {
    workers.start();
    if (carried != null) {
      carried.open();
    }
  }

  boolean stop(Duration patience) {
    if (carried != null) {
      carried.close();
    }
    return workers.stop(patience);
  }

  @Override
  public void close() {
    stop(Duration.ZERO);
    timer.shutdownNow();
  }
}
