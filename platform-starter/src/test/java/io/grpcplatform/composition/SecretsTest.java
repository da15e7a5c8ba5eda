package io.grpcplatform.composition;

import static io.grpcplatform.composition.TellingService.SECRET;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.Loopback;
import io.grpcplatform.Outcome;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.error.GrpcAdvice;
import io.grpcplatform.error.GrpcExceptionHandler;
import io.grpcplatform.server.GlobalServerInterceptor;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Whatever a handler's exceptions say stays in the process: a whole application, over sockets. */
final class SecretsTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private static final InMemorySpanExporter spans = InMemorySpanExporter.create();

  private static final ExecutorService elsewhere = Executors.newSingleThreadExecutor();
  private static Loopback backend;
  private static ConfigurableApplicationContext application;
  private static ManagedChannel bare;
  private static Overheard overheard;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {

    @Bean
    BindableService telling(GrpcChannels channels) {
      return new TellingService(
          elsewhere, channels.stub("backend", EchoServiceGrpc.EchoServiceBlockingStub.class));
    }

    @Bean
    BindableService marshallers() {
      return new TellingMarshallers();
    }

    @Bean
    @GlobalServerInterceptor
    TellingService.Interceptor interceptor() {
      return new TellingService.Interceptor();
    }

    @Bean
    Advice advice() {
      return new Advice();
    }

    @Bean
    ServerFeature stage() {
      return new TellingStage();
    }

    @Bean
    InMemorySpanExporter spans() {
      return spans;
    }
  }

  @GrpcAdvice
  static class Advice {
    @GrpcExceptionHandler
    Status unsupported(UnsupportedOperationException thrown) {
      throw new IllegalStateException("Not understood: " + thrown.getMessage(), thrown);
    }
  }

  /** A stage of an application that fails, before the call and on a message. */
  private static final class TellingStage implements ServerFeature, CallHook {
    @Override
    public ServerStage stage() {
      return ServerStage.SECURITY;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return call -> {
        String spot = String.valueOf(call.headers().get(TellingService.SPOT));
        if (spot.equals("stage")) {
          throw new IllegalStateException(SECRET);
        }
        return spot.equals("hook") ? this : null;
      };
    }

    @Override
    public void received(Object message) {
      throw new IllegalStateException(SECRET);
    }

    @Override
    public void ended(Outcome outcome) {
      throw new IllegalStateException(SECRET);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    backend =
        Loopback.serving(
            new EchoServiceGrpc.EchoServiceImplBase() {
              @Override
              public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
                response.onError(
                    Status.UNAVAILABLE.withDescription("down: " + SECRET).asException());
              }
            });
    application =
        new SpringApplicationBuilder(App.class)
            .web(WebApplicationType.SERVLET)
            .run(
                "--server.port=0",
                "--platform.server.port=0",
                "--platform.client.channels.backend.target=127.0.0.1:" + backend.port(),
                "--platform.telemetry.access-log.mode=all",
                "--management.tracing.sampling.probability=1.0",
                "--management.endpoints.web.exposure.include=*",
                "--management.endpoint.health.show-details=always",
                "--management.health.circuitbreakers.enabled=true",
                "--resilience4j.circuitbreaker.configs.default.register-health-indicator=true",
                "--spring.main.banner-mode=off");
    String port = application.getEnvironment().getRequiredProperty("local.grpc.port");
    bare = NettyChannelBuilder.forTarget("127.0.0.1:" + port).usePlaintext().build();
    overheard = new Overheard(spans);
  }

  @AfterAll
  static void stop() throws Exception {
    overheard.close();
    bare.shutdownNow();
    application.close();
    backend.close();
    elsewhere.shutdown();
  }

  static Stream<Arguments> failures() {
    List<String> ways =
        List.of(
            "thrown",
            "error",
            "database",
            "status with a cause",
            "wrapped declared error",
            "onError",
            "continuation",
            "further down",
            "advice");
    Stream<Arguments> everyWay =
        ways.stream()
            .flatMap(
                way ->
                    Stream.of(
                        Arguments.of("unary", "request", way),
                        Arguments.of("server stream", "request", way),
                        Arguments.of("server stream", "after a message", way),
                        Arguments.of("client stream", "open", way),
                        Arguments.of("client stream", "request", way),
                        Arguments.of("client stream", "half-close", way),
                        Arguments.of("bidi", "open", way),
                        Arguments.of("bidi", "request", way),
                        Arguments.of("bidi", "half-close", way)));
    Stream<Arguments> elsewhere =
        Stream.of("unary", "server stream", "client stream", "bidi")
            .flatMap(
                kind ->
                    Stream.of(
                        Arguments.of(kind, "interceptor", "thrown"),
                        Arguments.of(kind, "listener", "thrown"),
                        Arguments.of(kind, "stage", "thrown")));
    return Stream.of(
            everyWay, elsewhere, Stream.of(Arguments.of("server stream", "ready", "thrown")))
        .flatMap(each -> each);
  }

  /** How a call ended, for a client. */
  private record End(Status status, Metadata trailers) {

    /** All that a client can read of it, binary trailers too. */
    String read() {
      StringBuilder all = new StringBuilder(status.toString());
      for (String name : trailers.keys()) {
        if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
          for (byte[] value :
              trailers.getAll(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER))) {
            all.append(name).append(new String(value, UTF_8));
          }
        } else {
          trailers
              .getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER))
              .forEach(value -> all.append(name).append(value));
        }
      }
      return all.toString();
    }
  }

  /** Hears how a call ends, having sent one request and no more. */
  private static final class Client implements ClientResponseObserver<EchoRequest, EchoResponse> {
    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final CompletableFuture<ClientCallStreamObserver<EchoRequest>> call =
        new CompletableFuture<>();

    @Override
    public void beforeStart(ClientCallStreamObserver<EchoRequest> requests) {
      call.complete(requests);
    }

    @Override
    public void onNext(EchoResponse response) {}

    @Override
    public void onError(Throwable failed) {
      Metadata trailers = Status.trailersFromThrowable(failed);
      end.complete(
          new End(Status.fromThrowable(failed), trailers == null ? new Metadata() : trailers));
    }

    @Override
    public void onCompleted() {
      end.complete(new End(Status.OK, new Metadata()));
    }
  }

  private static Client begin(String kind, String spot, String way) {
    Metadata headers = new Metadata();
    headers.put(TellingService.SPOT, spot);
    headers.put(TellingService.WAY, way);
    EchoServiceGrpc.EchoServiceStub stub =
        EchoServiceGrpc.newStub(bare)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .withDeadlineAfter(60, TimeUnit.SECONDS);
    Client client = new Client();
    switch (kind) {
      case "unary" -> stub.unary(HELLO, client);
      case "server stream" -> stub.serverStream(HELLO, client);
      case "client stream" -> stub.clientStream(client).onNext(HELLO);
      default -> stub.bidi(client).onNext(HELLO);
    }
    return client;
  }

  private static End call(String kind, String spot, String way) throws Exception {
    Client client = begin(kind, spot, way);
    if (kind.equals("client stream") || kind.equals("bidi")) {
      client.call.get(30, TimeUnit.SECONDS).onCompleted();
    }
    return client.end.get(60, TimeUnit.SECONDS);
  }

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @MethodSource("failures")
  void clientsReadNothingOfAnException(String kind, String spot, String way) throws Exception {

    End end = call(kind, spot, way);

    assertThat(end.status().isOk()).isFalse();
    assertThat(end.status().getCode()).isNotIn(Status.Code.UNKNOWN, Status.Code.DEADLINE_EXCEEDED);
    assertThat(end.read()).doesNotContain(SECRET, "Exception", "Telling");
  }

  static Stream<MethodDescriptor<String, String>> marshallers() {
    return Stream.of(TellingMarshallers.UNREADABLE, TellingMarshallers.UNWRITABLE);
  }

  @ParameterizedTest
  @MethodSource("marshallers")
  void nobodyHearsWhatAMarshallerSays(MethodDescriptor<String, String> method) throws Exception {

    StatusRuntimeException failed = marshalled(method);

    assertThat(failed.getStatus().getCode()).isNotEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(new End(failed.getStatus(), failed.getTrailers()).read()).doesNotContain(SECRET);
    assertThat(overheard.log()).anyMatch(line -> line.contains("TellingMarshallers$Broken"));
    assertThat(overheard.log()).noneMatch(line -> line.contains(SECRET));
  }

  private static StatusRuntimeException marshalled(MethodDescriptor<String, String> method) {
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () ->
            ClientCalls.blockingUnaryCall(
                bare,
                TellingMarshallers.sound(method),
                CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
                "hello"));
  }

  @Test
  void othersHearNothingOfAnException() throws Exception {
    for (Arguments each : failures().toList()) {
      Object[] words = each.get();
      call((String) words[0], (String) words[1], (String) words[2]);
    }
    call("unary", "late", "thrown");
    call("unary", "hook", "");
    Client cancelled = begin("bidi", "cancel", "thrown");
    cancelled.call.get(30, TimeUnit.SECONDS).cancel("enough", null);
    cancelled.end.get(30, TimeUnit.SECONDS);
    application.getBean(SdkTracerProvider.class).forceFlush().join(30, TimeUnit.SECONDS);

    assertThat(overheard.log())
        .anyMatch(line -> line.contains("failed, answered INTERNAL with the id"))
        .anyMatch(line -> line.contains("MessageWithheld: " + SecretsTest.class.getPackageName()))
        .noneMatch(line -> line.contains(SECRET));
    assertThat(overheard.spans()).isNotEmpty().noneMatch(span -> span.contains(SECRET));
    assertThat(endpoints())
        .anySatisfy(answer -> assertThat(answer).contains("\"ERROR\"", "backend"))
        .allSatisfy(answer -> assertThat(answer).doesNotContain(SECRET));
  }

  private static Iterable<String> endpoints() throws Exception {
    return overheard
        .endpoints(application.getEnvironment().getRequiredProperty("local.server.port"))
        .values();
  }
}
