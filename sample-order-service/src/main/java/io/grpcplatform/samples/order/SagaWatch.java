package io.grpcplatform.samples.order;

import java.time.Duration;

/**
 * Hears of each order that sets out and of each that arrives, once, after it was committed, in the
 * process that did it. Called on the thread that committed; must not block.
 */
public interface SagaWatch {
  /** A new order was accepted. */
  void began(Order order);

  /**
   * An order has come to an end: confirmed, or cancelled and everything undone.
   *
   * @param took since it was placed; where the customer wanted the money back, since then
   */
  void ended(Order order, Duration took);
}
