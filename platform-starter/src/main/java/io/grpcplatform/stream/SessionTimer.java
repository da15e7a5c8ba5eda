package io.grpcplatform.stream;

import io.grpcplatform.CallClock;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * At most one thing that a session is to do later. Not safe for threads: what it does runs in the
 * session's order, and so do its own calls.
 */
final class SessionTimer {

  private final CallClock clock;
  private final Executor order;
  private @Nullable Fire pending;

  /**
   * A timer.
   *
   * @param order where the session does everything; must not run tasks on the clock's thread
   */
  SessionTimer(CallClock clock, Executor order) {
    this.clock = clock;
    this.order = order;
  }

  /** Does this after a delay, and not what was to be done before. */
  void in(long nanos, Runnable task) {
    cancel();
    Fire fire = new Fire(task);
    pending = fire;
    fire.revoke = clock.schedule(() -> order.execute(fire), nanos);
  }

  boolean waiting() {
    return pending != null;
  }

  void cancel() {
    Fire before = pending;
    pending = null;
    if (before != null && before.revoke != null) {
      before.revoke.run();
    }
  }

  private final class Fire implements Runnable {
    private final Runnable task;
    private @Nullable Runnable revoke;

    Fire(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      if (pending == this) {
        pending = null;
        task.run();
      }
    }
  }
}
