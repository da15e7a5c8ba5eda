package io.grpcplatform.samples.order.payment;

import java.util.concurrent.atomic.AtomicLong;

/** What the link has done so far, and does now. Written by the link's thread, read by any. */
final class PaymentLinkCounts {
  private final AtomicLong opened = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private volatile int inFlight;
  private volatile boolean live;

  void opened() {
    opened.incrementAndGet();
  }

  void answered() {
    answered.incrementAndGet();
  }

  void inFlight(int commands) {
    inFlight = commands;
  }

  void live(boolean isLive) {
    live = isLive;
  }

  /** Streams that the payment service has accepted. */
  long openings() {
    return opened.get();
  }

  long answers() {
    return answered.get();
  }

  int commandsInFlight() {
    return inFlight;
  }

  /** Whether there is a stream now. */
  boolean isLive() {
    return live;
  }
}
