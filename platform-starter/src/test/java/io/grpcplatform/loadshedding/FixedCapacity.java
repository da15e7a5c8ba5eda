package io.grpcplatform.loadshedding;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A server whose capacity is fixed by its own work: ten threads, each held by a call for a fixed
 * time, whatever else the machine does.
 */
final class FixedCapacity extends EchoServiceGrpc.EchoServiceImplBase implements AutoCloseable {

  static final int THREADS = 10;

  private final int workMillis;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  final Server server;

  FixedCapacity(int perSecond, ServerFeature... features) throws IOException {
    workMillis = THREADS * 1000 / perSecond;
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(threads);
    ServerPipeline pipeline = ServerPipeline.of(List.of(features));
    builder.addService(pipeline.bind(bindService(), List.of()));
    pipeline.trace(builder);
    server = builder.build().start();
  }

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
    // A thread that is held, and no processor.
    response.onNext(
        new CompletableFuture<EchoResponse>()
            .completeOnTimeout(EchoResponse.getDefaultInstance(), workMillis, TimeUnit.MILLISECONDS)
            .join());
    response.onCompleted();
  }

  @Override
  public void close() throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination(10, TimeUnit.SECONDS);
    threads.shutdown();
    threads.awaitTermination(10, TimeUnit.SECONDS);
  }
}
