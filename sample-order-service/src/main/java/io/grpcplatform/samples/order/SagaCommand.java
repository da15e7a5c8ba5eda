package io.grpcplatform.samples.order;

import static io.grpcplatform.samples.order.SagaCommand.Way.BY_DURABLE_CALL;
import static io.grpcplatform.samples.order.SagaCommand.Way.BY_STREAM;
import static io.grpcplatform.samples.order.SagaCommand.Way.HERE;

/** What is to be done next for an order. */
public enum SagaCommand {
  /** Set the goods aside. */
  RESERVE(HERE),
  /** Hold the money. */
  AUTHORIZE(BY_STREAM),
  /** Take the money. */
  CAPTURE(BY_STREAM),
  /** Check the goods out. */
  CONFIRM(HERE),
  /** Let go of the held money. */
  VOID(BY_STREAM),
  /** Give the taken money back. */
  REFUND(BY_STREAM),
  /** Put the reserved goods back. */
  RELEASE(HERE),
  /** Give the taken money back on the customer's wish. */
  PAY_BACK(BY_DURABLE_CALL),
  /** Put goods back that had been handed over. */
  TAKE_BACK(HERE);

  /** By whom a command is carried out. */
  enum Way {
    /** Here, in the order's own transaction. */
    HERE,
    /** By the payment service, over the stream, which answers later. */
    BY_STREAM,
    /** By the payment service, as a durable call, whose result comes later. */
    BY_DURABLE_CALL
  }

  private final Way way;

  SagaCommand(Way way) {
    this.way = way;
  }

  Way way() {
    return way;
  }
}
