package io.grpcplatform.samples.order;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An order as it stands. {@code version} counts its steps from 1. */
public record Order(
    String id,
    NewOrder request,
    Money total,
    OrderState state,
    @Nullable CancelReason cancelReason,
    long version,
    Instant placedAt) {

  /** The same order one step further; the first reason for cancelling it stays. */
  Order after(OrderSaga.Decision decision) {
    CancelReason reason = cancelReason != null ? cancelReason : decision.reason();
    return new Order(id, request, total, decision.state(), reason, version + 1, placedAt);
  }
}
