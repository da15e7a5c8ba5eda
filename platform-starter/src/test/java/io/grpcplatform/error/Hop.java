package io.grpcplatform.error;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A server whose handlers all do the same thing, a bare client of it, and a client that knows it as
 * a service further down.
 */
final class Hop implements AutoCloseable {

  private final Server server;
  private final ManagedChannel bare;
  private final ManagedChannel marking;

  Hop(Consumer<StreamObserver<EchoResponse>> behaviour, ServerFeature... features)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    ServerPipeline pipeline = ServerPipeline.of(Arrays.asList(features));
    builder.addService(pipeline.bind(new Handler(behaviour).bindService(), List.of()));
    pipeline.trace(builder);
    server = builder.build().start();
    bare = channel().build();
    NettyChannelBuilder ours = channel();
    ClientPipeline.of("further-down", List.of(new ErrorClientStage())).install(ours);
    marking = ours.build();
  }

  private NettyChannelBuilder channel() {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
        .usePlaintext()
        .disableRetry();
  }

  EchoServiceGrpc.EchoServiceBlockingStub bare() {
    return EchoServiceGrpc.newBlockingStub(bare);
  }

  EchoServiceGrpc.EchoServiceStub bareStreaming() {
    return EchoServiceGrpc.newStub(bare);
  }

  EchoServiceGrpc.EchoServiceBlockingStub furtherDown() {
    return EchoServiceGrpc.newBlockingStub(marking);
  }

  @Override
  public void close() throws InterruptedException {
    bare.shutdownNow();
    marking.shutdownNow();
    server.shutdownNow();
    server.awaitTermination(10, TimeUnit.SECONDS);
  }

  private static final class Handler extends EchoServiceGrpc.EchoServiceImplBase {
    private final Consumer<StreamObserver<EchoResponse>> behaviour;

    Handler(Consumer<StreamObserver<EchoResponse>> behaviour) {
      this.behaviour = behaviour;
    }

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      behaviour.accept(response);
    }

    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
      return new StreamObserver<>() {
        @Override
        public void onNext(EchoRequest request) {
          behaviour.accept(response);
        }

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {}
      };
    }
  }
}
