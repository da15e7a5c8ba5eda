/**
 * The order service's domain: orders, and the saga that takes each to its end. Plain Java; what it
 * stores, what it speaks and whom it calls live in the leaves {@code storage}, {@code outbox},
 * {@code grpc} and {@code payment}, which import this package and never each other. Only {@link
 * io.grpcplatform.samples.order.OrderApplication} knows of Spring.
 *
 * <p>Protects from losing an accepted order: an order, its steps and its next command are stored in
 * one transaction, before anybody hears that it was accepted.
 */
@NullMarked
package io.grpcplatform.samples.order;

import org.jspecify.annotations.NullMarked;
