package io.grpcplatform.samples.order;

/** An order that cannot be accepted, or not be refunded, whoever asks again. */
public final class OrderRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why not. */
  public enum Reason {
    /** A product does not exist. */
    NO_PRODUCT,
    /** The idempotency key belongs to an order with another content. */
    KEY_REUSED,
    /** All of it is free of charge. */
    NOTHING_TO_PAY,
    /** Its products are priced in several currencies. */
    MIXED_CURRENCIES,
    /** There is nothing to give back: it is not confirmed. */
    NOT_CONFIRMED
  }

  private final Reason reason;

  private OrderRefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  static OrderRefusedException noProduct(String sku) {
    return new OrderRefusedException(
        Reason.NO_PRODUCT, "sku: " + sku + " (expected: a product of the shop)");
  }

  static OrderRefusedException keyReused(String key) {
    return new OrderRefusedException(
        Reason.KEY_REUSED,
        "idempotency_key: " + key + " belongs to another order (expected: a new key)");
  }

  static OrderRefusedException nothingToPay() {
    return new OrderRefusedException(
        Reason.NOTHING_TO_PAY, "total: 0 (expected: something to pay)");
  }

  static OrderRefusedException mixedCurrencies(Money one, Money other) {
    return new OrderRefusedException(
        Reason.MIXED_CURRENCIES,
        "lines: " + one.currency() + " and " + other.currency() + " (expected: one currency)");
  }

  static OrderRefusedException notConfirmed(Order order) {
    return new OrderRefusedException(
        Reason.NOT_CONFIRMED, order.id() + " is " + order.state() + " (expected: CONFIRMED)");
  }

  public Reason reason() {
    return reason;
  }
}
