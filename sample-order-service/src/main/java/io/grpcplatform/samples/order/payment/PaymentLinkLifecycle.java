package io.grpcplatform.samples.order.payment;

import org.springframework.context.SmartLifecycle;

/**
 * Opens the link last and closes it first: channels live around it, and commands of orders accepted
 * meanwhile wait in the database. Called on Spring's threads; {@link #stop(Runnable)} never blocks.
 */
final class PaymentLinkLifecycle implements SmartLifecycle {
  private final PaymentLink link;
  private volatile boolean running;

  PaymentLinkLifecycle(PaymentLink link) {
    this.link = link;
  }

  @Override
  public void start() {
    running = true;
    link.start();
  }

  @Override
  public void stop(Runnable done) {
    var unused =
        link.stop()
            .whenComplete(
                (nothing, failure) -> {
                  running = false;
                  done.run();
                });
  }

  @Override
  public void stop() {
    link.stop().join();
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return DEFAULT_PHASE;
  }
}
