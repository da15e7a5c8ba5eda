package io.grpcplatform.server;

import io.grpc.ServerBuilder;

/**
 * A bean that sees each server's builder last, so that what it sets wins over properties. Several
 * run in {@code @Order}.
 *
 * <p>The builder of the socket's server is a {@code NettyServerBuilder} (shaded), that of the
 * in-process server an {@code InProcessServerBuilder}.
 */
@FunctionalInterface
public interface GrpcServerCustomizer {

  void customize(ServerBuilder<?> builder);
}
