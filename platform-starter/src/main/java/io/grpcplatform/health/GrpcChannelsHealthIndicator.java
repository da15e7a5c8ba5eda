package io.grpcplatform.health;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpcplatform.ChannelContributor;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * Shows the state of each client channel that has been used. A backend that is away is information
 * and not this instance's illness, unless the channel is required.
 *
 * <p>Asking connects nothing: a channel that rests stays at rest.
 */
final class GrpcChannelsHealthIndicator extends AbstractHealthIndicator
    implements ChannelContributor {

  private final Set<String> required;
  private final Map<String, ManagedChannel> channels = new ConcurrentSkipListMap<>();

  GrpcChannelsHealthIndicator(Set<String> required) {
    super("The state of the gRPC channels could not be read");
    this.required = required;
  }

  @Override
  public void built(String channel, ManagedChannel managed) {
    channels.put(channel, managed);
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    health.up();
    channels.forEach(
        (name, channel) -> {
          ConnectivityState state = channel.getState(false);
          health.withDetail(name, state.name());
          if (state == ConnectivityState.TRANSIENT_FAILURE && required.contains(name)) {
            health.down();
          }
        });
  }
}
