package io.grpcplatform.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class WorkerPoolTest {

  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final CountDownLatch release = new CountDownLatch(1);

  @Test
  void startsThreadsOnlyWhileAllAreBusy() throws Exception {
    WorkerPool pool = pool(Thread::new, ExecutorPlan.platform(3, 5));
    Blocker first = new Blocker();
    pool.execute(first);
    first.awaitRunning();
    Blocker second = new Blocker();

    pool.execute(second);

    second.awaitRunning();
    assertThat(threads).hasSize(2);
    release.countDown();
    for (int i = 0; i < 50; i++) {
      runAlone(pool);
    }
    assertThat(threads).hasSizeLessThanOrEqualTo(3);
  }

  /** Runs one task and waits for it, so that no two are ever inside at once. */
  private static void runAlone(WorkerPool pool) throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(1);
    pool.execute(ran::countDown);
    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void noTaskIsLeftBehindByAThreadThatGoes() throws Exception {
    WorkerPool pool = pool(Thread::new, ExecutorPlan.platform(3, 5));
    pool.setKeepAliveTime(1, TimeUnit.NANOSECONDS);
    Blocker first = new Blocker();
    pool.execute(first);
    first.awaitRunning();

    for (int i = 0; i < 5_000; i++) {
      runAlone(pool);
    }

    release.countDown();
  }

  @Test
  void queueWithoutALimitIsNeverFull() {
    WorkerPool pool = pool(Thread::new, ExecutorPlan.platform(1, Integer.MAX_VALUE));

    assertThat(pool.full()).isFalse();
    assertThat(pool.fullOfCritical()).isFalse();
  }

  @Test
  void takesTasksBeyondItsSizeWhenFull() throws Exception {
    WorkerPool pool = pool(Thread::new, ExecutorPlan.platform(1, 1));
    Blocker running = new Blocker();
    pool.execute(running);
    running.awaitRunning();
    List<Blocker> more = List.of(new Blocker(), new Blocker(), new Blocker());

    more.forEach(pool::execute);

    assertThat(pool.full()).isTrue();
    assertThat(threads).hasSize(1);
    release.countDown();
    for (Blocker each : more) {
      each.awaitRunning();
    }
  }

  @Test
  void waitingTasksStartWhenThePoolGrows() throws Exception {
    WorkerPool pool = pool(Thread::new, ExecutorPlan.platform(1, 5));
    Blocker running = new Blocker();
    pool.execute(running);
    running.awaitRunning();
    Blocker waiting = new Blocker();
    pool.execute(waiting);

    pool.resize(ExecutorPlan.platform(2, 5));

    waiting.awaitRunning();
    assertThat(threads).hasSize(2);
  }

  @Test
  void goesOnWithTheThreadsThereAre() throws Exception {
    WorkerPool pool =
        pool(
            task -> {
              if (!threads.isEmpty()) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return new Thread(task);
            },
            ExecutorPlan.platform(3, 5));
    Blocker running = new Blocker();
    pool.execute(running);
    running.awaitRunning();
    Blocker later = new Blocker();

    pool.execute(later);

    release.countDown();
    later.awaitRunning();
    assertThat(threads).hasSize(1);
  }

  @Test
  void idleThreadsGoWhenItRetires() throws Exception {
    WorkerPool pool = pool(Thread::new, ExecutorPlan.platform(2, 5));
    Blocker running = new Blocker();
    pool.execute(running);
    running.awaitRunning();

    pool.retire();

    release.countDown();
    threads.get(0).join(10_000);
    assertThat(threads.get(0).isAlive()).isFalse();
    // A callback that comes after the end still finds a thread.
    runAlone(pool);
  }

  private WorkerPool pool(ThreadFactory factory, ExecutorPlan plan) {
    return new WorkerPool(
        "test",
        "platform.server.executor",
        task -> {
          Thread thread = factory.newThread(task);
          thread.setDaemon(true);
          threads.add(thread);
          return thread;
        },
        plan);
  }

  private final class Blocker implements Runnable {
    private final CountDownLatch running = new CountDownLatch(1);

    void awaitRunning() throws InterruptedException {
      assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void run() {
      running.countDown();
      try {
        release.await();
      } catch (InterruptedException unexpected) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
