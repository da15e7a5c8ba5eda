package io.grpcplatform.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.PolicyServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * A service with a web server, settings in a file on disk and a backend that it calls, as an
 * operator's curl meets it. All on loopback.
 */
final class InspectedService implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  final ConfigurableApplicationContext context;
  final ManagedChannel caller;
  private final Server backend;
  private final HttpClient http = HttpClient.newHttpClient();

  /** Throws, answers, or goes on, as the request asks. */
  static final class Handler extends EchoServiceGrpc.EchoServiceImplBase {

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
      if (request.getText().startsWith("throw ")) {
        throw new IllegalStateException(request.getText());
      }
      if (request.getText().equals("missing")) {
        responses.onError(Status.NOT_FOUND.withDescription("no hunter2").asRuntimeException());
        return;
      }
      responses.onNext(EchoResponse.getDefaultInstance());
      responses.onCompleted();
    }

    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(EchoRequest request) {
          responses.onNext(EchoResponse.getDefaultInstance());
        }

        @Override
        public void onError(Throwable broken) {}

        @Override
        public void onCompleted() {
          responses.onCompleted();
        }
      };
    }
  }

  /** The backend: knows one method, and is down for another. */
  private static final class Backend extends PolicyServiceGrpc.PolicyServiceImplBase {

    @Override
    public void silent(EchoRequest request, StreamObserver<EchoResponse> responses) {
      responses.onNext(EchoResponse.getDefaultInstance());
      responses.onCompleted();
    }

    @Override
    public void patient(EchoRequest request, StreamObserver<EchoResponse> responses) {
      responses.onError(Status.UNAVAILABLE.withDescription("down").asRuntimeException());
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {

    @Bean
    Handler handler() {
      return new Handler();
    }
  }

  private InspectedService(ConfigurableApplicationContext context, Server backend) {
    this.context = context;
    this.backend = backend;
    int port = context.getEnvironment().getRequiredProperty("local.grpc.port", int.class);
    caller = NettyChannelBuilder.forAddress(loopback(port)).usePlaintext().disableRetry().build();
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /**
   * Starts it.
   *
   * @param folder where {@code application.yaml} is written
   * @param yaml its settings; {@code BACKEND} stands for the backend's address
   */
  static InspectedService start(Path folder, String yaml, String... arguments) throws IOException {
    ServerBuilder<?> builder = NettyServerBuilder.forAddress(loopback(0));
    Server backend = builder.addService(new Backend()).build().start();
    Path file = folder.resolve("application.yaml");
    Files.writeString(file, yaml.replace("BACKEND", "127.0.0.1:" + backend.getPort()));
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--spring.config.location=file:" + file);
    all.add("--server.port=0");
    all.add("--platform.server.port=0");
    all.add("--platform.server.address=127.0.0.1");
    all.add("--management.endpoints.web.exposure.include=grpc");
    all.add("--spring.main.banner-mode=off");
    return new InspectedService(
        new SpringApplicationBuilder(App.class)
            .web(WebApplicationType.SERVLET)
            .run(all.toArray(String[]::new)),
        backend);
  }

  /** The body that curl would print. */
  String text(String path) throws Exception {
    HttpResponse<String> answer = answer(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  HttpResponse<String> answer(String path) throws Exception {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/grpc" + path))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  JsonNode look(String path) throws Exception {
    return JSON.readTree(text(path));
  }

  EchoServiceGrpc.EchoServiceBlockingStub echo() {
    return EchoServiceGrpc.newBlockingStub(caller);
  }

  /** How the service itself calls its backend. */
  PolicyServiceGrpc.PolicyServiceBlockingStub backend() {
    return context
        .getBean(GrpcChannels.class)
        .stub("backend", PolicyServiceGrpc.PolicyServiceBlockingStub.class);
  }

  static EchoRequest says(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  @Override
  public void close() {
    caller.shutdownNow();
    context.close();
    backend.shutdownNow();
  }
}
