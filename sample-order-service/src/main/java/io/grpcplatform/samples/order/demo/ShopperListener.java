package io.grpcplatform.samples.order.demo;

import io.grpc.Status;
import io.grpcplatform.samples.order.v1.OrderStatus;

/** Hears what a shopper hears, on the thread that brought it. Must not block. */
interface ShopperListener {
  default void acknowledged() {}

  default void step(OrderStatus status) {}

  /** The service says no to an order or a refund, for good. */
  default void refused(Status status) {}
}
