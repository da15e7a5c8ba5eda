package io.grpcplatform.client;

import io.grpc.ManagedChannelBuilder;

/**
 * The user's last word on a channel: sees its builder after every property and every feature, so
 * what it sets wins. Beans are called in the order of {@code @Order}, once per channel, on the
 * thread of the first call.
 *
 * <p>Limit: a {@code defaultServiceConfig} set here holds until a feature's own part of the service
 * config changes while the channel runs, and for good together with {@code
 * disableServiceConfigLookUp()}; gRPC does not tell whose default a builder carries.
 */
@FunctionalInterface
public interface GrpcChannelCustomizer {

  void customize(String channel, ManagedChannelBuilder<?> builder);
}
