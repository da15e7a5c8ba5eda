package io.grpcplatform.telemetry;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A process of its own that serves three calls: one that succeeds, one that fails, and a stream.
 * Each brings a payload and a token that no log line may show. Arguments are the application's.
 */
final class StructuredLogProbe {

  static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  static final String PAYLOAD = "payload-4711";
  static final String TOKEN = "token-4712";
  static final String DESCRIPTION = "description-4713";

  private static final Logger log = LoggerFactory.getLogger(StructuredLogProbe.class);

  private StructuredLogProbe() {}

  public static void main(String[] arguments) throws Exception {
    ConfigurableApplicationContext application =
        new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE).run(arguments);
    int port = application.getEnvironment().getRequiredProperty("local.grpc.port", Integer.class);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      call(channel);
    } finally {
      channel.shutdown().awaitTermination(10, TimeUnit.SECONDS);
      // Ends the server's calls, and so writes the last line of each.
      application.close();
    }
  }

  private static void call(ManagedChannel channel) throws InterruptedException {
    Metadata headers = new Metadata();
    headers.put(key("traceparent"), "00-" + TRACE + "-00f067aa0ba902b7-01");
    headers.put(key("authorization"), "Bearer " + TOKEN);
    EchoServiceGrpc.EchoServiceStub stub =
        EchoServiceGrpc.newStub(channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    EchoRequest request = EchoRequest.newBuilder().setText(PAYLOAD).build();
    CountDownLatch ended = new CountDownLatch(3);
    stub.unary(request, new Ended(ended));
    stub.serverStream(request, new Ended(ended));
    StreamObserver<EchoRequest> requests = stub.bidi(new Ended(ended));
    requests.onNext(request);
    requests.onCompleted();
    if (!ended.await(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("The calls did not end");
    }
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private record Ended(CountDownLatch latch) implements StreamObserver<EchoResponse> {
    @Override
    public void onNext(EchoResponse response) {}

    @Override
    public void onError(Throwable failed) {
      latch.countDown();
    }

    @Override
    public void onCompleted() {
      latch.countDown();
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {

    @Bean
    Handler handler() {
      return new Handler();
    }
  }

  private static final class Handler extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      log.info("in the handler");
      response.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
      response.onCompleted();
    }

    @Override
    public void serverStream(EchoRequest request, StreamObserver<EchoResponse> response) {
      response.onError(new StatusRuntimeException(Status.NOT_FOUND.withDescription(DESCRIPTION)));
    }

    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
      return new StreamObserver<>() {
        @Override
        public void onNext(EchoRequest request) {
          log.info("in a stream callback");
        }

        @Override
        public void onError(Throwable broken) {}

        @Override
        public void onCompleted() {
          response.onCompleted();
        }
      };
    }
  }
}
