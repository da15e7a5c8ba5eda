package io.grpcplatform.async;

import io.grpcplatform.CallClock;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Wakes a batcher at the earliest time it was set for, on an executor: the clock's own thread is
 * everybody's. It may ring once too often, never too late.
 *
 * <p>Threading: safe.
 */
final class Alarm {

  private final CallClock clock;
  private final Executor executor;
  private final Runnable wake;
  private @Nullable Runnable takeBack;
  private long setFor;

  Alarm(CallClock clock, Executor executor, Runnable wake) {
    this.clock = clock;
    this.executor = executor;
    this.wake = wake;
  }

  /** Rings in {@code nanos} unless it rings before. */
  synchronized void set(long nanos) {
    long at = clock.nanoTime() + nanos;
    if (takeBack != null && at - setFor >= 0) {
      return;
    }
    if (takeBack != null) {
      takeBack.run();
    }
    setFor = at;
    takeBack = clock.schedule(this::ring, nanos);
  }

  private void ring() {
    synchronized (this) {
      takeBack = null;
    }
    try {
      executor.execute(wake);
    } catch (RejectedExecutionException ended) {
      wake.run();
    }
  }
}
