/**
 * Serves every {@link io.grpc.BindableService} bean, and stops without a failed call.
 *
 * <p>Default: one plaintext server on port 9090, started with the application and stopped in the
 * order announce, drain, GOAWAY, wait, cut. An application without a service bean starts no server.
 * Limits: 4 MB per message, 8 KB of metadata, connections renewed after 30 minutes, 200 handlers at
 * once with 1024 calls waiting.
 */
@NullMarked
package io.grpcplatform.server;

import org.jspecify.annotations.NullMarked;
