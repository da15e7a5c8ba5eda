package io.grpcplatform.composition.endings;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** How the server's transport says that its streams ended; those that only hold are left out. */
final class ServedStreams extends ServerStreamTracer.Factory {

  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "endings-timer");
            thread.setDaemon(true);
            return thread;
          });

  private final Semaphore over = new Semaphore(0);
  private final List<Status> closed = new CopyOnWriteArrayList<>();
  private final BlockingQueue<CountDownLatch> late = new LinkedBlockingQueue<>();

  /** Past the short limits that endings set, by the clock of the server that got the headers. */
  private static final long LATE_MILLIS = 350;

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    if (method.endsWith("/Hold")) {
      return new ServerStreamTracer() {};
    }
    CountDownLatch passed = new CountDownLatch(1);
    var unused =
        Deadline.after(LATE_MILLIS, TimeUnit.MILLISECONDS)
            .runOnExpiration(passed::countDown, TIMER);
    late.add(passed);
    return new ServerStreamTracer() {
      @Override
      public void streamClosed(Status status) {
        closed.add(status);
        over.release();
      }
    };
  }

  List<Status> closed() {
    return closed;
  }

  void restart() {
    closed.clear();
    over.drainPermits();
    late.clear();
  }

  /** Waits until a stream's headers have arrived. */
  CountDownLatch arrived() throws InterruptedException {
    CountDownLatch passed = late.poll(10, TimeUnit.SECONDS);
    assertThat(passed).as("the headers arrive").isNotNull();
    return passed;
  }

  /** Waits until so many streams are over. */
  void awaitClosed(int streams) throws InterruptedException {
    assertThat(over.tryAcquire(streams, 10, TimeUnit.SECONDS)).as("the streams end").isTrue();
    over.release(streams);
  }

  /** Waits until a stream has been there for 350 ms. */
  void arrivedLongAgo() throws InterruptedException {
    assertThat(arrived().await(10, TimeUnit.SECONDS)).isTrue();
  }
}
