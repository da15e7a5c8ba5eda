package io.grpcplatform.samples.payment;

import java.time.Instant;

/** The answer to one command; the same whenever the command is repeated. */
public record Answer(String commandId, String paymentId, PaymentEvent event, Instant decidedAt) {}
