/**
 * The standard health service, {@code grpc.health.v1}, as probes and load balancers ask for it.
 *
 * <p>Protects from calls to an instance that is not ready yet or that has announced its stop.
 * Default: on, wherever a server runs. Limits: follows Spring's readiness and liveness and the
 * drain; it does not ask health indicators.
 */
@NullMarked
package io.grpcplatform.health;

import org.jspecify.annotations.NullMarked;
