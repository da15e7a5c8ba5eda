package io.grpcplatform.stream;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** One instance that serves sessions over loopback, on plain grpc-java. */
final class NumberedServer implements AutoCloseable {

  final DrainSignal drain = new DrainSignal();
  final ServedSessions<NumberedRequest, NumberedResponse> sessions;
  private final Server server;
  private final ManagedChannel channel;

  NumberedServer(
      SessionHandler<NumberedRequest, NumberedResponse> handler,
      SessionLimits limits,
      CallClock clock)
      throws IOException {
    this(handler, limits, clock, SessionWatch.NONE);
  }

  NumberedServer(
      SessionHandler<NumberedRequest, NumberedResponse> handler,
      SessionLimits limits,
      CallClock clock,
      SessionWatch watch)
      throws IOException {
    ServingTerms terms = new ServingTerms(() -> limits, clock, drain, watch, "here");
    sessions = ServedSessions.of(NumberedServiceGrpc.getProcessMethod(), handler, terms);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new NumberedServiceGrpc.NumberedServiceImplBase() {
                  @Override
                  public StreamObserver<NumberedRequest> process(
                      StreamObserver<NumberedResponse> answers) {
                    return sessions.stream(answers);
                  }
                })
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  ManagedChannel channel() {
    return channel;
  }

  /** A stream of a client that does by hand what the protocol says. */
  ScriptedClient stream() {
    return new ScriptedClient(channel);
  }

  @Override
  public void close() throws InterruptedException {
    channel.shutdownNow();
    server.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
    server.awaitTermination(10, TimeUnit.SECONDS);
  }
}
