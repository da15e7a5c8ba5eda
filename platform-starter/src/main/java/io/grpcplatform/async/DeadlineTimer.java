package io.grpcplatform.async;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * One daemon thread that ends Contexts whose deadline has passed; gRPC takes no other kind of timer
 * for that.
 */
final class DeadlineTimer {

  private DeadlineTimer() {}

  /** Made with the first deadline that needs it. */
  static ScheduledExecutorService shared() {
    return Holder.TIMER;
  }

  private static final class Holder {
    static final ScheduledExecutorService TIMER = made();

    private static ScheduledExecutorService made() {
      ScheduledThreadPoolExecutor timer =
          new ScheduledThreadPoolExecutor(
              1,
              task -> {
                Thread thread = new Thread(task, "grpc-platform-calls");
                thread.setDaemon(true);
                return thread;
              });
      timer.setRemoveOnCancelPolicy(true);
      return timer;
    }
  }
}
