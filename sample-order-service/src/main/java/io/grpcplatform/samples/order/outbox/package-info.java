/**
 * Keeps the commands that the payment service has not answered, in the order's own database and
 * transaction: a command waits if and only if its order does, whatever process dies when.
 */
@NullMarked
package io.grpcplatform.samples.order.outbox;

import org.jspecify.annotations.NullMarked;
