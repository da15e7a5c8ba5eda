package io.grpcplatform.samples.order;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One step on the way of an order. */
public record OrderStep(
    String orderId,
    long version,
    OrderState state,
    @Nullable CancelReason cancelReason,
    Instant at) {}
