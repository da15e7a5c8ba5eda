package io.grpcplatform.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpcplatform.ChannelContributor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The meter {@code platform.client.state}: in which state of gRPC's each channel is, from its first
 * call on. Looking at it never makes a channel connect.
 *
 * <p>Threading: safe.
 */
final class ClientMetrics implements ChannelContributor, MeterBinder {

  private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();
  private @Nullable MeterRegistry registry;

  @Override
  public synchronized void bindTo(MeterRegistry bound) {
    registry = bound;
    channels.keySet().forEach(name -> show(bound, name));
  }

  /** A channel that is made again takes the place of the one before it. */
  @Override
  public synchronized void built(String channel, ManagedChannel managed) {
    if (channels.put(channel, managed) == null && registry != null) {
      show(registry, channel);
    }
  }

  private void show(MeterRegistry bound, String channel) {
    for (ConnectivityState state : ConnectivityState.values()) {
      Gauge.builder("platform.client.state", channels, made -> is(made.get(channel), state))
          .description("1 for the state that a channel is in, 0 for the others")
          .tag("channel", channel)
          .tag("state", state.name())
          .strongReference(true)
          .register(bound);
    }
  }

  private static double is(@Nullable ManagedChannel channel, ConnectivityState state) {
    return channel != null && channel.getState(false) == state ? 1 : 0;
  }
}
