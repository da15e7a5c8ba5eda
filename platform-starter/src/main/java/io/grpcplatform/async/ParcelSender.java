package io.grpcplatform.async;

import io.grpcplatform.async.CallCarrier.CarrierException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets a carrier send within a time, whatever time-outs its client has: connecting to a host that
 * does not answer takes RabbitMQ's and Redis' a minute. One send runs at a time, on a daemon thread
 * that ends when it is idle; up to 64 wait.
 */
final class ParcelSender implements AutoCloseable {

  private static final int WAITING = 64;

  private final String carrier;
  private final ThreadPoolExecutor thread;

  ParcelSender(String carrier) {
    this.carrier = carrier;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            task -> {
              Thread made = new Thread(task, "platform-async-send-" + carrier);
              made.setDaemon(true);
              return made;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs {@code sending}; it is interrupted when {@code atMost} is over, and is not run if it had
   * not begun.
   */
  void send(Callable<?> sending, Duration atMost) {
    Future<?> sent;
    try {
      sent = thread.submit(sending);
    } catch (RejectedExecutionException full) {
      throw new CarrierException(carrier + ": closed, or " + WAITING + " sends wait already", full);
    }
    try {
      sent.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw new CarrierException(carrier + ": not confirmed within " + atMost, late);
    } catch (ExecutionException failed) {
      throw failure(failed.getCause() == null ? failed : failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CarrierException(carrier + ": interrupted while sending", interrupted);
    } finally {
      sent.cancel(true);
    }
  }

  private CarrierException failure(Throwable cause) {
    return cause instanceof CarrierException told
        ? told
        : new CarrierException(carrier + ": not sent: " + cause, cause);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
