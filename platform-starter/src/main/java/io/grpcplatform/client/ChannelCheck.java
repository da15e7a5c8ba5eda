package io.grpcplatform.client;

import io.grpcplatform.StartupCheck;
import io.grpcplatform.client.ClientProperties.Defaults.Keepalive;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds pings that a server would not stand; it is taken to permit what gRPC's defaults permit. */
final class ChannelCheck implements StartupCheck {

  /** What grpc-java makes of any shorter interval. */
  private static final Duration SHORTEST = Duration.ofSeconds(10);

  /** What a gRPC server permits unless it is told otherwise, in any language. */
  private static final Duration PERMITTED = Duration.ofMinutes(5);

  private final ClientProperties properties;
  private final Collection<ChannelSettings> channels;

  ChannelCheck(ClientProperties properties, Collection<ChannelSettings> channels) {
    this.properties = properties;
    this.channels = List.copyOf(channels);
  }

  @Override
  public List<Finding> findings() {
    // By property, so that what many channels inherit is told once.
    TreeMap<String, Finding> found = new TreeMap<>();
    for (ChannelSettings channel : channels) {
      if (channel.target() instanceof Target.Resolved) {
        Finding often = often(channel);
        Finding idle = idle(channel);
        if (often != null) {
          found.put(often.property(), often);
        }
        if (idle != null) {
          found.put(idle.property(), idle);
        }
      }
    }
    return new ArrayList<>(found.values());
  }

  private @Nullable Finding often(ChannelSettings channel) {
    Duration time = channel.effective().keepalive().time();
    if (time.isZero() || time.compareTo(PERMITTED) >= 0) {
      return null;
    }
    ClientProperties.Channel.OwnKeepalive own = own(channel);
    String property = property(channel, own != null && own.time() != null) + "keepalive.time";
    String problem =
        time.compareTo(SHORTEST) < 0
            ? "grpc-java pings every 10s at most, so "
                + text(time)
                + " means 10s; a server that has gRPC's own limit of 5m answers that with GOAWAY"
                + " (too_many_pings), and calls in flight fail."
            : "A ping every "
                + text(time)
                + " is more than a server with gRPC's own limit of 5m permits: it answers with GOAWAY"
                + " (too_many_pings), and calls in flight fail. Servers of this platform permit 10s.";
    return Finding.of("keepalive", property, problem, "5m");
  }

  private @Nullable Finding idle(ChannelSettings channel) {
    Keepalive keepalive = channel.effective().keepalive();
    if (!keepalive.withoutCalls() || keepalive.time().isZero()) {
      return null;
    }
    ClientProperties.Channel.OwnKeepalive own = own(channel);
    return Finding.of(
        "keepalive-without-calls",
        property(channel, own != null && own.withoutCalls() != null) + "keepalive.without-calls",
        "Servers permit no pings on a connection without calls unless they are told to"
            + " (platform.server.keepalive.permit-without-calls): they close it with GOAWAY"
            + " (too_many_pings).",
        "false");
  }

  private ClientProperties.Channel.@Nullable OwnKeepalive own(ChannelSettings channel) {
    ClientProperties.Channel own = properties.channels().get(channel.name());
    return own == null ? null : own.keepalive();
  }

  private static String property(ChannelSettings channel, boolean own) {
    return (own ? ChannelSettings.property(channel.name()) : ChannelSettings.DEFAULTS) + ".";
  }

  private static String text(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }
}
