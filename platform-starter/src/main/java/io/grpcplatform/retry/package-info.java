/**
 * Calls that fail for a moment are tried again, by grpc-java itself.
 *
 * <p>Protects callers from a backend that is away for an instant, and the backend from the retries
 * when it is away for longer. The loop, the back-off with its jitter, hedging and the throttle are
 * grpc-java's; this package turns properties and contracts into its service config, and stops a
 * retry that would multiply load: by a budget over all channels, and where the call is itself part
 * of a retry. By default only methods whose contract says {@code idempotency_level} are tried
 * again, on UNAVAILABLE, three attempts in all.
 *
 * <p>Limits: a service is known by its stubs; an attempt that dies with its connection is bounded
 * by the throttle alone; headers that a server sends early end all retrying of that call.
 */
@NullMarked
package io.grpcplatform.retry;

import org.jspecify.annotations.NullMarked;
