package io.grpcplatform.async;

import io.grpcplatform.async.CallTable.Claim;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for work in the table and hands it to threads: as many calls as there are free ones, so
 * that what is claimed is begun at once. One thread looks; it is woken by what happens in this
 * process and wakes by itself to find what other processes left.
 *
 * <p>Threading: safe.
 */
final class DurableWorkers {

  /** Until a claimed call is begun, which takes a moment; then its lock protects it. */
  static final long LEASE_MILLIS = 1000;

  private static final Logger log = LoggerFactory.getLogger(DurableWorkers.class);
  private static final Duration WITHOUT_TABLE = Duration.ofMinutes(1);

  private final CallTable table;
  private final CallTransactions transactions;
  private final CallRunner runner;
  private final Threads threads;
  private final LongSupplier now;
  private final List<Chore> chores;
  private final Semaphore free;
  private final Semaphore wake = new Semaphore(0);
  private final Set<String> held = ConcurrentHashMap.newKeySet();
  private final int most;
  private volatile boolean stopped;
  private volatile boolean usable;
  private @Nullable Thread looking;

  /**
   * Threads and time.
   *
   * @param pool runs calls and chores; has room for all workers and chores at once
   * @param later has something done after so many milliseconds
   * @param workers how many calls run at once
   * @param pollInterval how often the table is looked at without a reason
   */
  record Threads(ExecutorService pool, Later later, int workers, Duration pollInterval) {}

  /** Has something done later. */
  @FunctionalInterface
  interface Later {
    void after(Runnable task, long millis);
  }

  /**
   * Work other than calls: runs with each look until it says false, never twice at once; once more
   * where there was a look meanwhile.
   */
  static final class Chore {
    private final String what;
    private final BooleanSupplier work;
    private final AtomicInteger asked = new AtomicInteger();

    Chore(String what, BooleanSupplier work) {
      this.what = what;
      this.work = work;
    }
  }

  DurableWorkers(
      CallTable table,
      CallTransactions transactions,
      CallRunner runner,
      Threads threads,
      LongSupplier now,
      List<Chore> chores) {
    this.table = table;
    this.transactions = transactions;
    this.runner = runner;
    this.threads = threads;
    this.now = now;
    this.chores = List.copyOf(chores);
    this.most = threads.workers();
    this.free = new Semaphore(most);
  }

  void start() {
    Thread thread = new Thread(this::look, "platform-async");
    thread.setDaemon(true);
    looking = thread;
    thread.start();
  }

  /** There may be something to do. */
  void wake() {
    wake.release();
  }

  private void look() {
    while (!stopped) {
      try {
        round();
      } catch (RuntimeException | Error failed) { // or nobody would ever look again
        log.warn("Durable calls cannot be looked for: {}", failed.toString());
        log.debug("Why", failed);
      }
      await(usable ? threads.pollInterval() : WITHOUT_TABLE);
    }
  }

  private void await(Duration atMost) {
    try {
      if (wake.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        wake.drainPermits();
      }
    } catch (InterruptedException unexpected) {
      // Nobody knows this thread but this class, which does not interrupt it: H2 would close its
      // file.
      stopped = true;
    }
  }

  /** Looks once. */
  void round() {
    usable = usable || transactions.run(table::usable);
    if (!usable) {
      return;
    }
    chores.forEach(this::begin);
    int room = free.availablePermits();
    if (room == 0) {
      return;
    }
    List<Claim> claims =
        transactions.run(() -> table.claim(now.getAsLong(), LEASE_MILLIS, room, Set.copyOf(held)));
    for (Claim claim : claims) {
      held.add(claim.id());
      free.acquireUninterruptibly();
      threads.pool().execute(() -> run(claim));
    }
  }

  private void run(Claim claim) {
    try {
      long again = runner.run(claim);
      if (again >= 0 && again < threads.pollInterval().toMillis()) {
        threads.later().after(this::wake, again);
      }
    } catch (RuntimeException failed) {
      log.warn("What came of a durable call could not be noted: {}", failed.toString());
      log.debug("Why", failed);
    } finally {
      held.remove(claim.id());
      free.release();
      wake();
    }
  }

  private void begin(Chore chore) {
    if (chore.asked.getAndIncrement() == 0) {
      threads.pool().execute(() -> run(chore));
    }
  }

  private void run(Chore chore) {
    int asked;
    do {
      asked = chore.asked.get();
      try {
        boolean more = true;
        while (more && !stopped) {
          more = chore.work.getAsBoolean();
        }
      } catch (RuntimeException | Error failed) { // or it would seem to run for ever
        log.warn("{} failed and is tried again: {}", chore.what, failed.toString());
        log.debug("Why", failed);
      }
    } while (!chore.asked.compareAndSet(asked, 0));
  }

  /**
   * Takes no more calls and waits for those that run.
   *
   * @return whether all of them ended in that time
   */
  boolean stop(Duration atMost) {
    stopped = true;
    Thread thread = looking;
    try {
      if (thread != null) {
        wake();
        thread.join(Math.max(1, atMost.toMillis())); // 0 would be for ever
      }
      boolean all = free.tryAcquire(most, atMost.toMillis(), TimeUnit.MILLISECONDS);
      threads.pool().shutdown();
      return threads.pool().awaitTermination(all ? atMost.toMillis() : 0, TimeUnit.MILLISECONDS);
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Carries out everything that is due, on this thread. */
  int runDue() {
    int count = 0;
    for (List<Claim> claims = claimed(); !claims.isEmpty(); claims = claimed()) {
      claims.forEach(runner::run);
      count += claims.size();
    }
    for (Chore chore : chores) {
      run(chore);
    }
    return count;
  }

  private List<Claim> claimed() {
    return transactions.run(() -> table.claim(now.getAsLong(), LEASE_MILLIS, 1, Set.of()));
  }

  boolean usable() {
    return usable;
  }
}
