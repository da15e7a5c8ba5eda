/**
 * Named channels to other services, made on first use, shared, and closed last.
 *
 * <p>Protects from a channel per call, from settings that apply to nothing (an unknown channel, a
 * missing target and an address that cannot be parsed fail the start) and from calls cut by a
 * channel that closes before the server has drained. Default: on, no channel until {@code
 * platform.client.channels.<name>.target} names one. Limits: plaintext, one connection per address,
 * the stubs that protoc-gen-grpc-java generates.
 */
@NullMarked
package io.grpcplatform.client;

import org.jspecify.annotations.NullMarked;
