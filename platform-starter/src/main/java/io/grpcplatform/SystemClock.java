package io.grpcplatform;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The clock of the machine, with one daemon thread for what is to happen later. */
final class SystemClock implements CallClock {

  static final SystemClock INSTANCE = new SystemClock();

  private final ScheduledThreadPoolExecutor timer;

  private SystemClock() {
    timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "grpc-platform-timer");
              thread.setDaemon(true);
              return thread;
            });
    // Nearly every timer is cancelled: without this each would stay in the queue for its whole
    // delay.
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Runnable schedule(Runnable task, long delayNanos) {
    var scheduled = timer.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  /** For {@link io.grpc.Context#withDeadline}, which takes no other kind of timer. */
  ScheduledExecutorService timer() {
    return timer;
  }
}
