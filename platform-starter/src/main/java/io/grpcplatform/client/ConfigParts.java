package io.grpcplatform.client;

import io.grpcplatform.ChannelContributor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The features' parts of a channel's service config, put together. */
final class ConfigParts {

  private ConfigParts() {}

  /**
   * Puts the parts together; empty where no feature has one.
   *
   * @throws IllegalArgumentException if two features give the same top-level key
   */
  static Map<String, ?> merge(String channel, List<ChannelContributor> contributors) {
    Map<String, Object> whole = new LinkedHashMap<>();
    Map<String, ChannelContributor> givers = new HashMap<>();
    for (ChannelContributor contributor : contributors) {
      contributor
          .serviceConfig(channel)
          .forEach(
              (key, value) -> {
                ChannelContributor other = givers.put(key, contributor);
                if (other != null) {
                  throw new IllegalArgumentException(
                      other.getClass().getName()
                          + " and "
                          + contributor.getClass().getName()
                          + " both give \""
                          + key
                          + "\" of the service config of the channel \""
                          + channel
                          + "\" (expected: one feature per key)");
                }
                whole.put(key, value);
              });
    }
    return whole;
  }
}
