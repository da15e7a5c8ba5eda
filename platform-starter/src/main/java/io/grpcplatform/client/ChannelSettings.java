package io.grpcplatform.client;

import io.grpc.LoadBalancerRegistry;
import io.grpcplatform.SettingException;
import io.grpcplatform.client.ClientProperties.Channel;
import io.grpcplatform.client.ClientProperties.Defaults;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * What holds for one channel once its own settings and the inherited ones are put together.
 *
 * @param name the channel's name
 * @param target where it leads
 * @param effective every other setting
 */
record ChannelSettings(String name, Target target, Defaults effective) {

  static final String DEFAULTS = "platform.client.defaults";

  /** Puts the settings of one channel together, leaf by leaf, and checks them. */
  static ChannelSettings of(String name, Target target, Channel own, Defaults inherited) {
    Defaults effective = inherit(own, inherited);
    check(property(name), effective);
    return new ChannelSettings(name, target, effective);
  }

  /** Checks what channels inherit, also where there is no channel. */
  static void check(Defaults defaults) {
    check(DEFAULTS, defaults);
  }

  /** The full name of a channel's property {@code platform.client.channels.<name>}. */
  static String property(String name) {
    return "platform.client.channels"
        + (name.matches("[A-Za-z0-9_-]+") ? "." + name : "[" + name + "]");
  }

  private static Defaults inherit(Channel own, Defaults inherited) {
    return new Defaults(
        keepalive(own.keepalive(), inherited.keepalive()),
        inbound(own.inbound(), inherited.inbound()),
        first(own.loadBalancing(), inherited.loadBalancing()),
        own.userAgent() == null ? inherited.userAgent() : own.userAgent(),
        first(own.idleTimeout(), inherited.idleTimeout()),
        first(own.waitForReady(), inherited.waitForReady()));
  }

  private static Defaults.Keepalive keepalive(
      Channel.@Nullable OwnKeepalive own, Defaults.Keepalive inherited) {
    return own == null
        ? inherited
        : new Defaults.Keepalive(
            first(own.time(), inherited.time()),
            first(own.timeout(), inherited.timeout()),
            first(own.withoutCalls(), inherited.withoutCalls()));
  }

  private static Defaults.Inbound inbound(
      Channel.@Nullable OwnInbound own, Defaults.Inbound inherited) {
    return own == null
        ? inherited
        : new Defaults.Inbound(
            new Defaults.Inbound.Message(size(own.message(), inherited.message().maxSize())),
            new Defaults.Inbound.HeaderBlock(size(own.metadata(), inherited.metadata().maxSize())));
  }

  private static DataSize size(Channel.OwnInbound.@Nullable Size own, DataSize inherited) {
    return own == null ? inherited : first(own.maxSize(), inherited);
  }

  private static <T> T first(@Nullable T own, T inherited) {
    return own == null ? inherited : own;
  }

  private static void check(String prefix, Defaults settings) {
    Defaults.Keepalive keepalive = settings.keepalive();
    if (keepalive.time().isNegative()) {
      throw wrong(prefix, "keepalive.time", keepalive.time(), "0s (never) or more", "5m");
    }
    if (!positive(keepalive.timeout())) {
      throw wrong(prefix, "keepalive.timeout", keepalive.timeout(), "more than 0s", "20s");
    }
    if (settings.idleTimeout().isNegative()) {
      throw wrong(prefix, "idle-timeout", settings.idleTimeout(), "0s (never) or more", "30m");
    }
    checkSize(prefix, "inbound.message.max-size", settings.inbound().message().maxSize(), "4MB");
    checkSize(prefix, "inbound.metadata.max-size", settings.inbound().metadata().maxSize(), "8KB");
    String policy = settings.loadBalancing();
    if (LoadBalancerRegistry.getDefaultRegistry().getProvider(policy) == null) {
      throw wrong(
          prefix,
          "load-balancing",
          policy,
          "a load balancing policy on the classpath, such as round_robin or pick_first",
          "round_robin");
    }
  }

  private static boolean positive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }

  private static void checkSize(String prefix, String leaf, DataSize size, String works) {
    if (size.toBytes() < 1 || size.toBytes() > Integer.MAX_VALUE) {
      throw wrong(prefix, leaf, size, "1B to " + Integer.MAX_VALUE + "B", works);
    }
  }

  private static SettingException wrong(
      String prefix, String leaf, Object seen, String expected, String works) {
    return SettingException.of(prefix + "." + leaf, seen, expected, works);
  }
}
