package io.grpcplatform;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server on loopback, bare or with features, and as many channels to it as a test wants. Closing
 * it ends both sides.
 */
public final class Loopback implements AutoCloseable {

  private final Server server;
  private final int port;
  private final List<ManagedChannel> channels = new ArrayList<>();

  private Loopback(Server server) {
    this.server = server;
    this.port = server.getPort();
  }

  /** Serves on a free port; with no features it is a bare gRPC server. */
  public static Loopback serving(BindableService service, ServerFeature... features)
      throws IOException {
    return serving(0, service, features);
  }

  /** Serves on a given port, as a server that comes back does. */
  public static Loopback serving(int port, BindableService service, ServerFeature... features)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    if (features.length == 0) {
      builder.addService(service);
    } else {
      ServerPipeline pipeline = ServerPipeline.of(List.of(features));
      builder.addService(pipeline.bind(service.bindService(), List.of()));
      pipeline.trace(builder);
    }
    return new Loopback(builder.build().start());
  }

  /** A channel named {@code payment}; with no features it is a bare gRPC channel. */
  public ManagedChannel channel(ClientFeature... features) {
    return channel("payment", features);
  }

  /** A channel of a name. */
  public ManagedChannel channel(String name, ClientFeature... features) {
    return channel(name, new LiveSettings(), features);
  }

  /** A channel of a name whose plans are made again when {@code settings} change. */
  public ManagedChannel channel(String name, LiveSettings settings, ClientFeature... features) {
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext();
    if (features.length > 0) {
      ClientPipeline.of(name, List.of(features), settings, null).install(builder);
    }
    ManagedChannel channel = builder.build();
    channels.add(channel);
    return channel;
  }

  /** The port the server listens on, or listened on before it was stopped. */
  public int port() {
    return port;
  }

  /** Ends the server and leaves the channels. */
  public void stop() throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination(10, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws InterruptedException {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow();
    }
    stop();
    for (ManagedChannel channel : channels) {
      channel.awaitTermination(10, TimeUnit.SECONDS);
    }
  }
}
