package io.grpcplatform.samples.payment;

import org.jspecify.annotations.Nullable;

/**
 * What a command led to, and the payment as it stands afterwards; null when there still is none.
 */
public record Decision(PaymentEvent event, @Nullable Payment payment) {}
