package io.grpcplatform.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpcplatform.ChannelConnections;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A channel that is made with its first call; costs a call one volatile read.
 *
 * <p>Threading: safe; the first callers wait for one of them to make the channel.
 */
final class LazyChannel extends Channel implements ChannelConnections {

  private final Supplier<ManagedChannel> maker;
  private final boolean waitForReady;
  private volatile @Nullable ManagedChannel managed;
  private volatile boolean closed;

  LazyChannel(Supplier<ManagedChannel> maker, boolean waitForReady) {
    this.maker = maker;
    this.waitForReady = waitForReady;
  }

  @Override
  public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
    boolean asked = !waitForReady || options.isWaitForReady();
    return open().newCall(method, asked ? options : options.withWaitForReady());
  }

  @Override
  public String authority() {
    return open().authority();
  }

  private ManagedChannel open() {
    ManagedChannel open = managed;
    return open == null ? make() : open;
  }

  private synchronized ManagedChannel make() {
    ManagedChannel made = managed;
    if (made == null) {
      made = maker.get();
      if (closed) {
        // A late call is to fail as calls on a closed channel do, through its own onClose.
        made.shutdownNow();
      }
      managed = made;
    }
    return made;
  }

  @Override
  public void resetConnectBackoff() {
    ManagedChannel made = managed;
    if (made != null) {
      made.resetConnectBackoff();
    }
  }

  @Override
  public void enterIdle() {
    ManagedChannel made = managed;
    if (made != null) {
      made.enterIdle();
    }
  }

  @Override
  public boolean isShutdown() {
    return closed;
  }

  /** The state of its connections, without connecting; null before its first call. */
  @Nullable ConnectivityState state() {
    ManagedChannel made = managed;
    return made == null ? null : made.getState(false);
  }

  /** Refuses new calls from now on; returns the channel if there is one. */
  synchronized @Nullable ManagedChannel close() {
    closed = true;
    ManagedChannel made = managed;
    if (made != null) {
      made.shutdown();
    }
    return made;
  }

  /** Lets the next call make a new channel. */
  synchronized void reopen() {
    if (closed) {
      closed = false;
      managed = null;
    }
  }
}
