package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.client.GrpcChannels;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** resilience4j's own endpoints over HTTP, against the breakers of a whole application. */
final class ActuatorTest {

  private static final String NAME = BreakerBench.NAME;

  private static final Backend backend = new Backend();
  private static Loopback loopback;
  private static ConfigurableApplicationContext application;
  private static EchoServiceBlockingStub stub;

  private final HttpClient http = HttpClient.newHttpClient();

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {}

  @BeforeAll
  static void start() throws Exception {
    loopback = Loopback.serving(backend);
    application =
        new SpringApplicationBuilder(App.class)
            .web(WebApplicationType.SERVLET)
            .run(
                "--server.port=0",
                "--platform.server.enabled=false",
                "--platform.client.channels.payment.target=127.0.0.1:" + loopback.port(),
                "--management.endpoints.web.exposure.include=*",
                "--management.endpoint.circuitbreakers.access=unrestricted",
                "--management.endpoint.health.show-details=always",
                "--management.health.circuitbreakers.enabled=true",
                "--resilience4j.circuitbreaker.configs.default.register-health-indicator=true",
                "--spring.main.banner-mode=off");
    stub = application.getBean(GrpcChannels.class).stub("payment", EchoServiceBlockingStub.class);
    stub.unary(EchoRequest.getDefaultInstance());
  }

  @AfterAll
  static void stop() throws InterruptedException {
    application.close();
    loopback.close();
  }

  @BeforeEach
  void closed() throws Exception {
    post(NAME, "CLOSE");
    backend.calls.set(0);
  }

  private String url(String path) {
    return "http://127.0.0.1:"
        + application.getEnvironment().getProperty("local.server.port")
        + "/actuator/"
        + path;
  }

  private JsonNode get(String path) throws Exception {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(url(path))).build(),
            HttpResponse.BodyHandlers.ofString());
    return new ObjectMapper().readTree(response.body());
  }

  private JsonNode post(String name, String state) throws Exception {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(url("circuitbreakers/" + name)))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"updateState\": \"" + state + "\"}"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return new ObjectMapper().readTree(response.body());
  }

  private static StatusRuntimeException refused() {
    return catchThrowableOfType(
        StatusRuntimeException.class, () -> stub.unary(EchoRequest.getDefaultInstance()));
  }

  @Test
  void forcedOpenByHandItRefusesUntilClosed() throws Exception {
    assertThat(post(NAME, "FORCE_OPEN").path("currentState").asText()).isEqualTo("FORCED_OPEN");

    assertThat(Refusal.reasonOf(refused().getTrailers())).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);
    assertThat(backend.calls).hasValue(0);

    post(NAME, "CLOSE");
    stub.unary(EchoRequest.getDefaultInstance());
    assertThat(backend.calls).hasValue(1);
  }

  @Test
  void disabledByHandItNeverOpens() throws Exception {
    post(NAME, "DISABLE");
    backend.failing = Status.UNAVAILABLE;

    for (int i = 0; i < 40; i++) {
      refused();
    }

    backend.failing = null;
    assertThat(backend.calls).hasValue(40);
  }

  @Test
  void theEndpointListsOurBreakersByName() throws Exception {
    JsonNode breaker = get("circuitbreakers").path("circuitBreakers").path(NAME);

    assertThat(breaker.path("state").asText()).isEqualTo("CLOSED");
    assertThat(breaker.path("failureRateThreshold").asText()).isEqualTo("50.0%");
  }

  @Test
  void eventsAreKeptPerBreaker() throws Exception {
    post(NAME, "FORCE_OPEN");

    List<String> types =
        get("circuitbreakerevents/" + NAME)
            .path("circuitBreakerEvents")
            .findValuesAsText("stateTransition");

    assertThat(types).contains("CLOSED_TO_FORCED_OPEN");
  }

  @Test
  void healthShowsTheBreaker() throws Exception {
    JsonNode details =
        get("health").path("components").path("circuitBreakers").path("details").path(NAME);

    assertThat(details.path("details").path("state").asText()).isEqualTo("CLOSED");
  }

  @ParameterizedTest
  @CsvSource({"closed, 1.0", "forced_open, 0.0"})
  void metersShowTheState(String state, double value) throws Exception {
    JsonNode meter =
        get("metrics/resilience4j.circuitbreaker.state?tag=name:" + NAME + "&tag=state:" + state);

    assertThat(meter.path("measurements").path(0).path("value").asDouble()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"channel, payment", "method, payment:platform.test.v1.EchoService:Unary"})
  void everyGranularitysNamesWorkInThePath(String granularity, String name) throws Exception {
    change("granularity", granularity);
    stub.unary(EchoRequest.getDefaultInstance());

    post(name, "FORCE_OPEN");

    assertThat(refused().getStatus().getDescription()).contains(name + " is FORCED_OPEN");
    post(name, "CLOSE");
    change();
  }

  private static void change(String... pairs) {
    var settings = application.getBean(LiveSettings.class);
    var live =
        settings.all().stream()
            .filter(each -> each.type() == CircuitBreakerProperties.class)
            .findFirst()
            .orElseThrow();
    settings.apply(Map.of(live, BreakerBench.settings(pairs)));
  }
}
