package io.grpcplatform;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import org.jspecify.annotations.Nullable;

/**
 * What a channel may be told about its connections by someone who knows more than it does: that the
 * backend may be back, or that a connection which looks alive is dead.
 *
 * <p>Threading: safe; never connects by itself and never blocks.
 */
public interface ChannelConnections {

  /** Lets the channel connect at once if it waits for its next attempt; asks the resolver too. */
  void resetConnectBackoff();

  /** Lets new calls go by new connections; those in flight keep theirs. */
  void enterIdle();

  /** Whether the channel takes no more calls. */
  boolean isShutdown();

  /** Those of a channel; null where it does not say, such as one wrapped in interceptors. */
  static @Nullable ChannelConnections of(Channel channel) {
    if (channel instanceof ChannelConnections own) {
      return own;
    }
    return channel instanceof ManagedChannel managed ? of(managed) : null;
  }

  private static ChannelConnections of(ManagedChannel managed) {
    return new ChannelConnections() {
      @Override
      public void resetConnectBackoff() {
        managed.resetConnectBackoff();
      }

      @Override
      public void enterIdle() {
        managed.enterIdle();
      }

      @Override
      public boolean isShutdown() {
        return managed.isShutdown();
      }
    };
  }
}
