/**
 * Speaks {@code samples.order.v1}: turns messages into orders, and orders and their steps into
 * messages.
 */
@NullMarked
package io.grpcplatform.samples.order.grpc;

import org.jspecify.annotations.NullMarked;
