package io.grpcplatform;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;

/**
 * What a feature does to each client channel beyond its calls. Called once per channel, when it is
 * first used.
 */
public interface ChannelContributor {

  /**
   * Sets what the feature needs before {@code GrpcChannelCustomizer} beans, which see the builder
   * last.
   */
  default void contribute(String channel, ManagedChannelBuilder<?> builder) {}

  /** Hands the feature the channel that was built. */
  default void built(String channel, ManagedChannel managed) {}
}
