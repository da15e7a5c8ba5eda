package io.grpcplatform.server;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpcplatform.SettingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The part of the server that the network sees: where it listens and what it allows a connection.
 */
final class SocketServer {

  private final ServerProperties properties;

  SocketServer(ServerProperties properties) {
    this.properties = properties;
  }

  /** A builder with every property of the transport set. */
  NettyServerBuilder builder() {
    ServerProperties.Keepalive keepalive = properties.keepalive();
    ServerProperties.Connection connection = properties.connection();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(listenAddress())
            .maxInboundMessageSize((int) properties.inbound().message().maxSize().toBytes())
            .maxInboundMetadataSize((int) properties.inbound().metadata().maxSize().toBytes())
            .keepAliveTime(nanosOrNever(keepalive.time()), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(keepalive.timeout().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveTime(keepalive.permitTime().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveWithoutCalls(keepalive.permitWithoutCalls())
            .maxConnectionAge(nanosOrNever(connection.maxAge()), TimeUnit.NANOSECONDS)
            .maxConnectionAgeGrace(nanosOrNever(connection.maxAgeGrace()), TimeUnit.NANOSECONDS)
            .maxConnectionIdle(nanosOrNever(connection.maxIdle()), TimeUnit.NANOSECONDS);
    if (connection.maxConcurrentCalls() > 0) {
      builder.maxConcurrentCallsPerConnection(connection.maxConcurrentCalls());
    }
    return builder;
  }

  // gRPC takes its largest value, not zero, for "never".
  private static long nanosOrNever(Duration duration) {
    return duration.isZero() ? Long.MAX_VALUE : duration.toNanos();
  }

  private InetSocketAddress listenAddress() {
    InetAddress address = localAddress();
    return address == null
        ? new InetSocketAddress(properties.port())
        : new InetSocketAddress(address, properties.port());
  }

  private @Nullable InetAddress localAddress() {
    String address = properties.address();
    if (address == null) {
      return null;
    }
    try {
      return InetAddress.getByName(address);
    } catch (UnknownHostException unknown) {
      throw because(unknown, wrongAddress(address));
    }
  }

  private static SettingException wrongAddress(String address) {
    return ServerProperties.wrong("address", address, "an address of this machine", "127.0.0.1");
  }

  /** Starts {@code server}; a failure names the property that would help. */
  void start(Server server) {
    try {
      server.start();
    } catch (IOException failed) {
      String address = properties.address();
      InetAddress local = localAddress();
      if (address != null && local != null && !isOfThisMachine(local)) {
        throw because(failed, wrongAddress(address));
      }
      if (bindFailed(failed)) {
        throw new PortInUseException(properties.port(), address, failed);
      }
      throw new UncheckedIOException("The gRPC server could not start", failed);
    }
  }

  private static boolean isOfThisMachine(InetAddress address) {
    try {
      return address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException unknown) {
      return true;
    }
  }

  // Epoll's bind failures are not java.net.BindException, but say "bind" in gRPC's own message.
  private static boolean bindFailed(IOException failed) {
    return failed instanceof BindException
        || failed.getCause() instanceof BindException
        || String.valueOf(failed.getMessage()).contains("bind");
  }

  private static SettingException because(IOException cause, SettingException setting) {
    setting.initCause(cause);
    return setting;
  }
}
