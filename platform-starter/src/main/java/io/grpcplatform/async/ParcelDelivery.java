package io.grpcplatform.async;

import io.grpcplatform.async.CallCarrier.Parcel;
import io.grpcplatform.async.CallCarrier.Receiver;
import io.grpcplatform.async.CallCarrier.Subscription;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what a {@link ParcelSource} has to a receiver, on one daemon thread: opens the source again
 * when it failed, and offers messages again that the receiver did not take over, each time after a
 * pause from 100 ms to 5 s.
 *
 * <p>Messages are offered again by this process, still unacknowledged, and not returned to the
 * carrier: RabbitMQ 4 drops a message that was returned 20 times, and a database that is away for a
 * minute would be enough for that. They go to others when this process ends.
 */
final class ParcelDelivery implements Subscription {

  private static final Logger LOG = LoggerFactory.getLogger(ParcelDelivery.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final long CLOSE_MILLIS = 10_000;

  private final String queue;
  private final ParcelSource.Opener opener;
  private final Receiver receiver;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private int failures;

  private ParcelDelivery(String queue, ParcelSource.Opener opener, Receiver receiver) {
    this.queue = queue;
    this.opener = opener;
    this.receiver = receiver;
    this.thread = new Thread(this::deliver, "platform-async-" + queue);
    thread.setDaemon(true);
  }

  static ParcelDelivery start(String queue, ParcelSource.Opener opener, Receiver receiver) {
    ParcelDelivery delivery = new ParcelDelivery(queue, opener, receiver);
    delivery.thread.start();
    return delivery;
  }

  private void deliver() {
    while (!isClosed()) {
      try (ParcelSource source = opener.open()) {
        while (!isClosed()) {
          List<Parcel> parcels = source.next();
          if (!parcels.isEmpty() && handOver(parcels)) {
            source.acknowledge();
          }
          recovered();
        }
      } catch (Exception | Error failed) { // or nobody would receive any more
        failed("Messages of " + queue + " cannot be received now; trying again", failed);
      }
    }
  }

  /** False if the subscription ended before they were taken over. */
  private boolean handOver(List<Parcel> parcels) {
    while (!isClosed()) {
      try {
        receiver.received(parcels);
        return true;
      } catch (RuntimeException | Error refused) {
        failed(parcels.size() + " messages of " + queue + " were not taken over", refused);
      }
    }
    return false;
  }

  private void failed(String what, Throwable why) {
    if (isClosed()) {
      return;
    }
    if (failures == 0) {
      LOG.warn("{}: {}", what, why.toString());
    }
    LOG.debug("{}", what, why);
    long pause = FIRST_PAUSE_MILLIS << Math.min(failures, 6);
    failures++;
    try {
      closed.await(Math.min(pause, LONGEST_PAUSE_MILLIS), TimeUnit.MILLISECONDS);
    } catch (InterruptedException ours) {
      closed.countDown(); // nobody else knows this thread
    }
  }

  private void recovered() {
    if (failures > 0) {
      LOG.info("Messages of {} are received again after {} failures", queue, failures);
      failures = 0;
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Waits up to 10 s for the receiver. It is not interrupted: H2 closes its file when it is. */
  @Override
  public void close() {
    closed.countDown();
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("The receiver of {} is still busy; its messages will come again", queue);
    }
  }
}
