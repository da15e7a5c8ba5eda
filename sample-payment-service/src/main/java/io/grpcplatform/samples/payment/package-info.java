/**
 * The payment service's domain: which command does what to which payment. Plain Java; what it
 * stores and what it speaks live in the leaves {@code storage} and {@code grpc}, which import this
 * package and never each other. Only {@link io.grpcplatform.samples.payment.PaymentApplication}
 * knows of Spring.
 *
 * <p>Protects from charging twice: a command is carried out once per idempotency key and answered
 * as often as it is asked.
 */
@NullMarked
package io.grpcplatform.samples.payment;

import org.jspecify.annotations.NullMarked;
