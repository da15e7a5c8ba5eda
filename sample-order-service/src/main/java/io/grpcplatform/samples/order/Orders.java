package io.grpcplatform.samples.order;

import java.util.List;
import java.util.Optional;

/** Where orders and their steps are kept. Takes part in the transaction of its caller. */
public interface Orders {
  Optional<Order> find(String id);

  Optional<Order> findByKey(String idempotencyKey);

  /** The order, which nobody else can change until the transaction ends. */
  Order lock(String id);

  /**
   * Adds an order, by the end of its transaction at the latest. That, or this, throws {@link
   * KeyTakenException} when another transaction stored an order with this idempotency key
   * meanwhile.
   */
  void insert(Order order);

  void update(Order order);

  void append(OrderStep step);

  /** The steps after that version, oldest first. */
  List<OrderStep> steps(String orderId, long afterVersion, int limit);

  /** Orders that have not reached their end. */
  long unfinished();

  /**
   * The idempotency key was free when looked at, and is not any more: look again in a new
   * transaction.
   */
  final class KeyTakenException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public KeyTakenException(String key, Throwable cause) {
      super(key + " was taken by another transaction", cause);
    }
  }
}
