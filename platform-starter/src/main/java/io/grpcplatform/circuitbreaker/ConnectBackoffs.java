package io.grpcplatform.circuitbreaker;

import io.grpc.ManagedChannel;
import io.grpcplatform.ChannelContributor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The channels whose connect back-off ends when a breaker is about to half-open: else the probes
 * would fail on the wait for the next connection attempt, and say nothing about the backend.
 */
final class ConnectBackoffs implements ChannelContributor {

  private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

  @Override
  public void built(String channel, ManagedChannel managed) {
    channels.put(channel, managed);
  }

  /** Lets the channel connect at once, if it is waiting. */
  void reset(String channel) {
    ManagedChannel managed = channels.get(channel);
    if (managed != null) {
      managed.resetConnectBackoff();
    }
  }
}
