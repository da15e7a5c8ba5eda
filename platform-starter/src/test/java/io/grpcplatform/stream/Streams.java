package io.grpcplatform.stream;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

/** An application of the starter whose handlers a test gives, called over loopback. */
final class Streams implements AutoCloseable {

  private final ConfigurableApplicationContext application;
  private final ManagedChannel bare;

  Streams(Handlers handlers) {
    application =
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .initializers(
                context ->
                    ((GenericApplicationContext) context)
                        .registerBean(Handlers.class, () -> handlers))
            .run(
                "--platform.server.port=0",
                "--platform.server.address=127.0.0.1",
                "--platform.server.shutdown.grace-period=2s");
    bare = NettyChannelBuilder.forAddress("127.0.0.1", port()).usePlaintext().build();
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {}

  /** What the server does with its streams; a method that a test does not need is not there. */
  static final class Handlers extends EchoServiceGrpc.EchoServiceImplBase {

    private final BiConsumer<EchoRequest, StreamObserver<EchoResponse>> serverStream;
    private final Function<StreamObserver<EchoResponse>, StreamObserver<EchoRequest>> bidi;

    private Handlers(
        BiConsumer<EchoRequest, StreamObserver<EchoResponse>> serverStream,
        Function<StreamObserver<EchoResponse>, StreamObserver<EchoRequest>> bidi) {
      this.serverStream = serverStream;
      this.bidi = bidi;
    }

    @Override
    public void serverStream(EchoRequest request, StreamObserver<EchoResponse> answers) {
      serverStream.accept(request, answers);
    }

    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> answers) {
      return bidi.apply(answers);
    }

    @Override
    public StreamObserver<EchoRequest> clientStream(StreamObserver<EchoResponse> answers) {
      return bidi.apply(answers);
    }
  }

  static Streams serving(BiConsumer<EchoRequest, StreamObserver<EchoResponse>> serverStream) {
    return new Streams(
        new Handlers(
            serverStream,
            answers -> {
              throw new IllegalStateException("not served here");
            }));
  }

  static Streams reading(Function<StreamObserver<EchoResponse>, StreamObserver<EchoRequest>> bidi) {
    return new Streams(
        new Handlers(
            (request, answers) -> {
              throw new IllegalStateException("not served here");
            },
            bidi));
  }

  int port() {
    return application.getEnvironment().getRequiredProperty("local.grpc.port", Integer.class);
  }

  /** A channel that knows nothing of the starter. */
  ManagedChannel bare() {
    return bare;
  }

  void stop() {
    application.close();
  }

  @Override
  public void close() throws InterruptedException {
    bare.shutdownNow();
    application.close();
    bare.awaitTermination(10, TimeUnit.SECONDS);
  }
}
