/**
 * Deadlines: no unary call waits for ever, and nothing outlives the call it works for.
 *
 * <p>Protects callers from a backend that does not answer, and backends from work nobody waits for
 * any more. By default a unary call gets 5 s; a call made while serving another gets what that one
 * has left, less a reserve for the way back. Streams never get the unary default: they have limits
 * of their own ({@code platform.deadline.stream.*}).
 *
 * <p>Limits: a deadline is inherited through gRPC's own {@link io.grpc.Context}, so only on threads
 * that carry it: a handler's own, those of Spring Boot's executors and of Reactor, and those of a
 * pool that {@link io.grpcplatform.deadline.Deadlines#propagating} wraps.
 */
@NullMarked
package io.grpcplatform.deadline;

import org.jspecify.annotations.NullMarked;
