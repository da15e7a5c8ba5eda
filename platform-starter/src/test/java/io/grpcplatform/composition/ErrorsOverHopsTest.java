package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Loopback;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.error.Errors;
import io.grpcplatform.error.FieldViolation;
import io.grpcplatform.error.PlatformException;
import io.grpcplatform.test.v1.BookRequest;
import io.grpcplatform.test.v1.BookingServiceGrpc;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import io.grpcplatform.test.v1.ShopError;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.MessageSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.StaticMessageSource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * Errors on their way through three services: the last one throws, the one in the middle and an
 * application in front pass on, and clients of gRPC and of HTTP read.
 */
final class ErrorsOverHopsTest {

  private static final Metadata.Key<String> LANGUAGE =
      Metadata.Key.of("accept-language", Metadata.ASCII_STRING_MARSHALLER);

  private static Loopback last;
  private static Loopback middle;
  private static ConfigurableApplicationContext front;
  private static ManagedChannel bare;

  /** Fails each call of every kind, streams on their first message. */
  private static final class Failing extends EchoServiceGrpc.EchoServiceImplBase {
    private final BiConsumer<EchoRequest, StreamObserver<EchoResponse>> failure;

    Failing(BiConsumer<EchoRequest, StreamObserver<EchoResponse>> failure) {
      this.failure = failure;
    }

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      failure.accept(request, response);
    }

    @Override
    public void serverStream(EchoRequest request, StreamObserver<EchoResponse> response) {
      response.onNext(EchoResponse.getDefaultInstance());
      failure.accept(request, response);
    }

    @Override
    public StreamObserver<EchoRequest> clientStream(StreamObserver<EchoResponse> response) {
      return bidi(response);
    }

    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
      return new StreamObserver<>() {
        @Override
        public void onNext(EchoRequest request) {
          failure.accept(request, response);
        }

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {}
      };
    }
  }

  /** Passes the failure of the next service on, over a call of the same text. */
  private static BiConsumer<EchoRequest, StreamObserver<EchoResponse>> passOn(
      EchoServiceBlockingStub next) {
    return (request, response) -> {
      try {
        next.withDeadlineAfter(60, TimeUnit.SECONDS).unary(request);
        response.onCompleted();
      } catch (StatusRuntimeException failed) {
        response.onError(failed);
      }
    };
  }

  private static void fail(EchoRequest request, StreamObserver<EchoResponse> response) {
    if (request.getText().equals("sold out")) {
      throw PlatformException.of(ShopError.SHOP_ERROR_SOLD_OUT, new Error("hunter2"))
          .with("sku", "7")
          .with("left", 0)
          .retryAfter(Duration.ofMillis(1050));
    }
    response.onError(Status.Code.valueOf(request.getText()).toStatus().asException());
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {

    @Bean
    BindableService echo(GrpcChannels channels) {
      return new Failing(passOn(channels.stub("middle", EchoServiceBlockingStub.class)));
    }

    @Bean
    BindableService bookings() {
      return new BookingServiceGrpc.BookingServiceImplBase() {};
    }

    @Bean
    Shop shop(GrpcChannels channels) {
      return new Shop(channels.stub("middle", EchoServiceBlockingStub.class));
    }

    @Bean
    MessageSource messageSource() {
      StaticMessageSource messages = new StaticMessageSource();
      messages.addMessage("platform.test.v1.SHOP_001", Locale.GERMAN, "{sku} ist ausverkauft");
      messages.addMessage("platform.test.v1.SHOP_001", Locale.FRENCH, "{sku} est épuisé");
      return messages;
    }
  }

  @RestController
  static class Shop {
    private final EchoServiceBlockingStub next;

    Shop(EchoServiceBlockingStub next) {
      this.next = next;
    }

    @GetMapping("/shop/{what}")
    String order(@PathVariable("what") String what) {
      return next.unary(request(what)).getText();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    last = Loopback.serving(new Failing(ErrorsOverHopsTest::fail), Errors.server());
    middle =
        Loopback.serving(
            new Failing(
                passOn(EchoServiceGrpc.newBlockingStub(last.channel("last", Errors.client())))),
            Errors.server());
    front =
        new SpringApplicationBuilder(App.class)
            .web(WebApplicationType.SERVLET)
            .run(
                "--server.port=0",
                "--platform.server.port=0",
                "--platform.client.channels.middle.target=127.0.0.1:" + middle.port(),
                "--platform.circuitbreaker.enabled=false",
                "--platform.retry.enabled=false",
                "--platform.error.languages=de,fr",
                "--spring.main.banner-mode=off");
    bare =
        NettyChannelBuilder.forTarget(
                "127.0.0.1:" + front.getEnvironment().getRequiredProperty("local.grpc.port"))
            .usePlaintext()
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    bare.shutdownNow();
    front.close();
    middle.close();
    last.close();
  }

  private static EchoRequest request(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  private static Throwable failed(String kind, String text) throws Exception {
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    StreamObserver<EchoResponse> client =
        new StreamObserver<>() {
          @Override
          public void onNext(EchoResponse response) {}

          @Override
          public void onError(Throwable failed) {
            ended.complete(failed);
          }

          @Override
          public void onCompleted() {
            ended.completeExceptionally(new AssertionError("It has not failed"));
          }
        };
    EchoServiceStub stub = EchoServiceGrpc.newStub(bare).withDeadlineAfter(60, TimeUnit.SECONDS);
    switch (kind) {
      case "unary" -> stub.unary(request(text), client);
      case "server stream" -> stub.serverStream(request(text), client);
      case "client stream" -> stub.clientStream(client).onNext(request(text));
      default -> stub.bidi(client).onNext(request(text));
    }
    return ended.get(60, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"unary", "server stream", "client stream", "bidi"})
  void typedErrorSurvivesThreeServicesOnEveryKind(String kind) throws Exception {

    PlatformException error =
        PlatformException.from(new CompletionException(failed(kind, "sold out")));

    assertThat(error).isNotNull();
    assertThat(error.is(ShopError.SHOP_ERROR_SOLD_OUT)).isTrue();
    assertThat(error.domain()).isEqualTo("platform.test.v1");
    assertThat(error.code()).isEqualTo("SHOP_001");
    assertThat(error.values()).containsOnlyKeys("sku", "left").containsEntry("sku", "7");
    assertThat(error.text()).isEqualTo("7 is sold out, 0 left of {unknown}");
    assertThat(error.retryAfter()).isEqualTo(Duration.ofMillis(1050));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(error.getTrailers().keys()).doesNotContain("x-platform-downstream");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "de-AT,en;q=0.5 | 7 ist ausverkauft",
        "it,fr;q=0.9,de;q=0.1 | 7 est épuisé",
        "it | 7 is sold out, 0 left of {unknown}",
        "*;q=x,,- | 7 is sold out, 0 left of {unknown}"
      })
  void callersReadTheirOwnLanguage(String wish, String text) throws Exception {
    Metadata headers = new Metadata();
    headers.put(LANGUAGE, wish);
    EchoServiceBlockingStub stub =
        EchoServiceGrpc.newBlockingStub(bare)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));

    StatusRuntimeException failed =
        catchThrowableOfType(StatusRuntimeException.class, () -> stub.unary(request("sold out")));

    PlatformException error = PlatformException.from(failed);
    assertThat(error.text()).isEqualTo(text);
    assertThat(error.is(ShopError.SHOP_ERROR_SOLD_OUT)).isTrue();
    assertThat(error.retryAfter()).isEqualTo(Duration.ofMillis(1050));
  }

  @Test
  void brokenRulesArriveTypedAtTheClient() {
    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                BookingServiceGrpc.newBlockingStub(bare)
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .book(BookRequest.getDefaultInstance()));

    assertThat(FieldViolation.of(new CompletionException(failed)))
        .anySatisfy(
            violation -> {
              assertThat(violation.field()).isEqualTo("guest");
              assertThat(violation.rule()).isEqualTo("string.min_len");
              assertThat(violation.text()).isNotEmpty();
            });
    assertThat(FieldViolation.of(Status.NOT_FOUND.asRuntimeException())).isEmpty();
    assertThat(FieldViolation.of(new IllegalStateException())).isEmpty();
  }

  private static HttpResponse<String> get(String what, String language) throws Exception {
    String port = front.getEnvironment().getRequiredProperty("local.server.port");
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/shop/" + what))
                .header("Accept-Language", language)
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(String what, String language) throws Exception {
    return new ObjectMapper().readTree(get(what, language).body());
  }

  @Test
  void controllersTellTheSameErrorOverHttp() throws Exception {
    HttpResponse<String> response = get("sold%20out", "en");

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.headers().firstValue("Retry-After")).hasValue("2");
    assertThat(json("sold%20out", "de-AT").path("message").asText()).isEqualTo("7 ist ausverkauft");
    assertThat(new ObjectMapper().readTree(response.body()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{\"code\": \"SHOP_001\", \"message\": \"7 is sold out, 0 left of {unknown}\","
                        + " \"status\": 400, \"details\": {\"sku\": \"7\", \"left\": \"0\"}}"));
  }

  @ParameterizedTest
  @CsvSource({
    "CANCELLED,499",
    "UNKNOWN,500",
    "INVALID_ARGUMENT,400",
    "DEADLINE_EXCEEDED,504",
    "NOT_FOUND,404",
    "ALREADY_EXISTS,409",
    "PERMISSION_DENIED,403",
    "RESOURCE_EXHAUSTED,429",
    "FAILED_PRECONDITION,400",
    "ABORTED,409",
    "OUT_OF_RANGE,400",
    "UNIMPLEMENTED,501",
    "INTERNAL,500",
    "UNAVAILABLE,503",
    "DATA_LOSS,500",
    "UNAUTHENTICATED,401"
  })
  void everyCodeOfAServiceHasItsHttpStatus(String code, int http) throws Exception {
    HttpResponse<String> response = get(code, "en");

    assertThat(response.statusCode()).as(response.body()).isEqualTo(http);
    JsonNode json = new ObjectMapper().readTree(response.body());
    assertThat(json.path("code").asText()).isEqualTo(code);
    assertThat(json.path("status").asInt()).isEqualTo(http);
    assertThat(json.path("details")).isEmpty();
  }
}
