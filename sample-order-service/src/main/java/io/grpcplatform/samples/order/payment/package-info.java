/**
 * Calls {@code samples.payment.v1}: carries the outbox to the payment service over one resumable
 * session, and its answers back to the orders; has refunds made by durable calls.
 *
 * <p>Protects from a payment service that is slow (bounded commands in flight, flow control both
 * ways), gone (the session opens another stream while orders wait in the database) or silent (an
 * answer overdue makes it do so). What was not answered is sent again under its idempotency key, so
 * nothing is lost and nothing charged twice. Settings: {@code orders.payment.*}.
 */
@NullMarked
package io.grpcplatform.samples.order.payment;

import org.jspecify.annotations.NullMarked;
