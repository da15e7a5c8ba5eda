package io.grpcplatform.bulkhead;

import io.grpcplatform.CallKey;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.SettingException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of {@code platform.bulkhead}; with none of them set no call is limited.
 *
 * @param enabled Whether client calls go through the bulkheads that are set here.
 * @param channels Limits by channel name.
 * @param methods Limits by method, "[pkg.Service/Method]", or for all methods of a service
 *     together, "[pkg.Service/*]". They count per channel, and on top of the channel's own limit.
 */
@ConfigurationProperties(prefix = "platform.bulkhead", ignoreUnknownFields = false)
record BulkheadProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue Map<String, Share> channels,
    @DefaultValue Map<String, Share> methods)
    implements CallLimits {

  private static final String PREFIX = "platform.bulkhead.";

  BulkheadProperties {
    channels.forEach((name, share) -> check(channelProperty(name), share));
    MethodSettings.check(PREFIX + "methods", methods.keySet(), ".max-concurrent", "20");
    methods.forEach((key, share) -> check(methodProperty(key), share));
    channels = Map.copyOf(channels);
    methods = Map.copyOf(methods);
  }

  /**
   * One limit.
   *
   * @param maxConcurrent How many calls may be in flight at once; more are refused.
   */
  record Share(@Nullable Integer maxConcurrent) {}

  private static void check(String property, Share share) {
    Integer max = share.maxConcurrent();
    if (max == null || max < 1) {
      throw SettingException.of(property, max, "1 or more, or no entry at all for no limit", "20");
    }
  }

  @Override
  public @Nullable SharedLimit ofChannel(CallKey key) {
    Share share = enabled ? channels.get(key.channel()) : null;
    return share == null
        ? null
        : limit(
            "grpc:" + key.channel(),
            "of the channel " + key.channel(),
            share,
            channelProperty(key.channel()));
  }

  @Override
  public @Nullable SharedLimit ofMethod(CallKey key) {
    if (!enabled) {
      return null;
    }
    Share own = methods.get(key.fullMethodName());
    if (own != null) {
      return limit(
          "grpc:" + key.channel() + ":" + key.service() + ":" + key.method(),
          "of " + key.fullMethodName() + " on the channel " + key.channel(),
          own,
          methodProperty(key.fullMethodName()));
    }
    String service = key.service() + "/*";
    Share shared = methods.get(service);
    return shared == null
        ? null
        : limit(
            "grpc:" + key.channel() + ":" + key.service(),
            "of " + service + " on the channel " + key.channel(),
            shared,
            methodProperty(service));
  }

  private static SharedLimit limit(String name, String whose, Share share, String property) {
    Integer max = share.maxConcurrent();
    return new SharedLimit(name, whose, max == null ? 0 : max, property);
  }

  private static String channelProperty(String channel) {
    return PREFIX + "channels." + channel + ".max-concurrent";
  }

  private static String methodProperty(String key) {
    return PREFIX + "methods[" + key + "].max-concurrent";
  }
}
