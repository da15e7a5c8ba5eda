/**
 * Circuit breakers: a backend that fails is left alone for a while, and its callers are told at
 * once.
 *
 * <p>Protects callers from waiting for a backend that is down, and the backend from being called
 * while it recovers. The state machine is resilience4j's, from its registry and under its
 * properties; this package decides what a call's ending means for it, and keeps permits honest. By
 * default there is one breaker per channel and service, configured by {@code
 * resilience4j.circuitbreaker.configs.grpc}.
 *
 * <p>Limits: the outcome of a stream is that it opened; one bad instance among many is a matter for
 * the load balancer.
 */
@NullMarked
package io.grpcplatform.circuitbreaker;

import org.jspecify.annotations.NullMarked;
