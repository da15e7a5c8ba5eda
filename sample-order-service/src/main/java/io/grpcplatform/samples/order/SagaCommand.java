package io.grpcplatform.samples.order;

/** What is to be done next for an order. */
public enum SagaCommand {
  /** Set the goods aside. */
  RESERVE(true),
  /** Hold the money. */
  AUTHORIZE(false),
  /** Take the money. */
  CAPTURE(false),
  /** Check the goods out. */
  CONFIRM(true),
  /** Let go of the held money. */
  VOID(false),
  /** Give the taken money back. */
  REFUND(false),
  /** Put the goods back. */
  RELEASE(true);

  private final boolean local;

  SagaCommand(boolean local) {
    this.local = local;
  }

  /**
   * Whether it is done here, in the order's own transaction; else the payment service does it and
   * answers later.
   */
  public boolean isLocal() {
    return local;
  }
}
