package io.grpcplatform;

import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An echo server and a channel to it over loopback, each with its pipeline. */
final class LoopbackEcho implements AutoCloseable {

  final Server server;
  final ManagedChannel channel;

  LoopbackEcho(
      ServerPipeline serverSide,
      List<ServerInterceptor> serverApplication,
      ClientPipeline clientSide,
      List<ClientInterceptor> clientApplication)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    builder.addService(serverSide.bind(new EchoBehaviour().bindService(), serverApplication));
    serverSide.trace(builder);
    server = builder.build().start();
    NettyChannelBuilder client =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext();
    clientSide.install(client, clientApplication);
    channel = client.build();
  }

  static LoopbackEcho of(List<ServerFeature> server, List<ClientFeature> client)
      throws IOException {
    return new LoopbackEcho(
        ServerPipeline.of(server), List.of(), ClientPipeline.of("echo", client), List.of());
  }

  @Override
  public void close() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
    server.awaitTermination(10, TimeUnit.SECONDS);
  }
}
