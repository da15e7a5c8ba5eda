package io.grpcplatform;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.Map;

/**
 * What a feature does to each client channel beyond its calls. Called once per channel, when it is
 * first used, where nothing else is said.
 */
public interface ChannelContributor {

  /**
   * Sets what the feature needs before {@code GrpcChannelCustomizer} beans, which see the builder
   * last.
   */
  default void contribute(String channel, ManagedChannelBuilder<?> builder) {}

  /**
   * The feature's part of the channel's service config, in gRPC's JSON form: durations as strings,
   * numbers as doubles. Asked when the channel is made and again after each change of {@link
   * LiveSettings}; what differs then reaches the running channel, at most once in ten seconds. No
   * two features may give the same top-level key; {@code methodConfig} and {@code retryThrottling}
   * are the retry feature's.
   */
  default Map<String, ?> serviceConfig(String channel) {
    return Map.of();
  }

  /**
   * Tells the feature by which service config, of all features together, the channel goes from now
   * on: when it is made, and with each push.
   */
  default void goesBy(String channel, Map<String, ?> serviceConfig) {}

  /** Hands the feature the channel that was built. */
  default void built(String channel, ManagedChannel managed) {}
}
