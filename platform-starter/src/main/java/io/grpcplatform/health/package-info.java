/**
 * The standard health service, {@code grpc.health.v1}, as probes and load balancers ask for it.
 *
 * <p>Protects from calls to an instance that is not ready yet or that has announced its stop.
 * Default: on, wherever a server runs; follows Spring's readiness and liveness, the drain, and the
 * group {@code readiness} of Spring Boot's health endpoint, if there is one. Limits: an indicator
 * that changes is noticed within the interval, 5 s.
 */
@NullMarked
package io.grpcplatform.health;

import org.jspecify.annotations.NullMarked;
