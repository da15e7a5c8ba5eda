package io.grpcplatform.samples.order;

/** How far an order has come. */
public enum OrderState {
  RESERVING,
  AUTHORIZING,
  CAPTURING,
  CONFIRMING,
  /** Paid, and the goods are the customer's. Final, unless the customer wants the money back. */
  CONFIRMED,
  VOIDING,
  REFUNDING,
  RELEASING,
  /** Not to be delivered, nothing held, nothing owed. Final. */
  CANCELLED;

  /** Whether nothing happens to it any more by itself. */
  public boolean isFinal() {
    return this == CONFIRMED || this == CANCELLED;
  }
}
