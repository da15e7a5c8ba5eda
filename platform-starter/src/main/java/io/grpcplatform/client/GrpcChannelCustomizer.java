package io.grpcplatform.client;

import io.grpc.ManagedChannelBuilder;

/**
 * The user's last word on a channel: sees its builder after every property and every feature, so
 * what it sets wins. Beans are called in the order of {@code @Order}, once per channel, on the
 * thread of the first call.
 */
@FunctionalInterface
public interface GrpcChannelCustomizer {

  void customize(String channel, ManagedChannelBuilder<?> builder);
}
