package io.grpcplatform.samples.order.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * A port that is ours while the server behind it dies and comes back: bound here, where nobody
 * listens on it. The kernel gives it to nobody else, and lets a server that reuses addresses, as
 * Netty's and Tomcat's do, listen on it beside us.
 */
final class HeldPort implements AutoCloseable {
  private final SocketChannel held;
  private final int port;

  HeldPort() throws IOException {
    held = SocketChannel.open();
    held.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    held.bind(new InetSocketAddress(0));
    port = ((InetSocketAddress) held.getLocalAddress()).getPort();
  }

  int number() {
    return port;
  }

  @Override
  public void close() throws IOException {
    held.close();
  }
}
