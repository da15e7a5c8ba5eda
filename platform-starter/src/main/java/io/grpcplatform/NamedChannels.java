package io.grpcplatform;

import io.grpc.Channel;

/**
 * The client channels of this application by name, for features that call what a setting or a
 * stored name says.
 *
 * <p>Threading: safe.
 */
public interface NamedChannels {

  /**
   * The shared channel of that name, with every client feature.
   *
   * @throws SettingException if no such channel is configured
   */
  Channel named(String channel);
}
