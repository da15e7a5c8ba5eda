package io.grpcplatform.samples.order.grpc;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/** The few threads on which watched orders are read: however many watch, this many read at once. */
@Component
final class WatchThreads implements Executor, DisposableBean {
  private static final int THREADS = 4;

  private final AtomicInteger named = new AtomicInteger();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "order-watch-" + named.incrementAndGet());
            thread.setDaemon(true);
            return thread;
          });

  @Override
  public void execute(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException stopping) {
      // The process is on its way out and the streams with it; who watched asks another instance.
    }
  }

  @Override
  public void destroy() {
    threads.shutdownNow();
  }
}
