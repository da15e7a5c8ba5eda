package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** The endpoint of the settings through a real web server, as an operator's curl finds it. */
final class EndpointOverHttpTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {}

  private static ConfigurableApplicationContext writable;

  @BeforeAll
  static void startWritable() {
    writable = start(true);
  }

  @AfterAll
  static void stop() {
    writable.close();
  }

  private static ConfigurableApplicationContext start(boolean write) {
    return new SpringApplicationBuilder(App.class)
        .web(WebApplicationType.SERVLET)
        .run(
            "--server.port=0",
            "--platform.server.enabled=false",
            "--platform.live.actuator.write=" + write,
            "--management.endpoints.web.exposure.include=grpcsettings",
            "--spring.main.banner-mode=off");
  }

  private HttpResponse<String> send(
      ConfigurableApplicationContext application, String method, String body) throws Exception {
    String port = application.getEnvironment().getRequiredProperty("local.server.port");
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/grpcsettings"))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode answer(
      ConfigurableApplicationContext application, int status, String method, Map<String, ?> body)
      throws Exception {
    HttpResponse<String> response = send(application, method, JSON.writeValueAsString(body));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JSON.readTree(response.body());
  }

  @Test
  void nothingIsThereToWriteToByDefault() throws Exception {
    try (ConfigurableApplicationContext application = start(false)) {
      String change = "{\"set\": \"platform.deadline.default: 7s\"}";

      assertThat(send(application, "POST", change).statusCode()).isEqualTo(405);
      assertThat(send(application, "DELETE", "").statusCode()).isEqualTo(405);

      assertThat(deadline(application)).isNull();
      assertThat(version(application)).isZero();
    }
  }

  private int version(ConfigurableApplicationContext application) throws Exception {
    return answer(application, 200, "GET", Map.of()).path("version").asInt();
  }

  private static String deadline(ConfigurableApplicationContext application) {
    return application.getEnvironment().getProperty("platform.deadline.default");
  }

  @Test
  void whatIsWrittenHoldsUntilItIsTakenBack() throws Exception {
    Map<String, String> change = Map.of("set", "platform.deadline.default: 7s");

    int before = version(writable);
    assertThat(answer(writable, 200, "POST", change).path("version").asInt()).isEqualTo(before + 1);
    JsonNode shown = answer(writable, 200, "GET", Map.of());
    assertThat(shown.path("set").path("platform.deadline.default").asText()).isEqualTo("7s");
    assertThat(shown.path("history").path(0).path("source").asText()).isEqualTo("ACTUATOR");

    assertThat(answer(writable, 200, "DELETE", Map.of()).path("version").asInt())
        .isEqualTo(before + 2);
    assertThat(deadline(writable)).isNull();
    assertThat(answer(writable, 400, "DELETE", Map.of()).path("refused").asText())
        .startsWith("There is no change to take back");
  }

  @Test
  void whatWasSetHereIsRemovedByName() throws Exception {
    String both = "platform.deadline.default: 7s\nplatform.retry.max-attempts: 2";
    answer(writable, 200, "POST", Map.of("set", both));

    String names = "platform.deadline.default,platform.retry.max-attempts";
    answer(writable, 200, "POST", Map.of("remove", names));

    assertThat(answer(writable, 200, "GET", Map.of()).path("set")).isEmpty();
    assertThat(deadline(writable)).isNull();
  }

  @Test
  void whatIsRefusedIsAnsweredWithTheReason() throws Exception {
    int before = version(writable);

    JsonNode wrong =
        answer(writable, 400, "POST", Map.of("set", "platform.deadline.default: soon"));
    JsonNode fixed =
        answer(writable, 400, "POST", Map.of("set", "platform.client.defaults.target: a:1"));
    JsonNode absent = answer(writable, 400, "POST", Map.of("remove", "platform.retry.enabled"));
    JsonNode foreign = answer(writable, 400, "POST", Map.of("set", "server.port: 1"));

    assertThat(wrong.path("refused").asText())
        .contains("soon", "expected: a duration", "platform.deadline.default");
    assertThat(wrong.path("instead").asText()).contains("default: 5s");
    assertThat(fixed.path("refused").asText()).contains("platform.client.defaults.target");
    assertThat(absent.path("refused").asText()).contains("set through this endpoint");
    assertThat(foreign.path("refused").asText()).contains("server.port");
    assertThat(version(writable)).isEqualTo(before);
  }

  @Test
  void whatIsNoRequestAtAllIsAnsweredSo() throws Exception {
    int before = version(writable);

    assertThat(answer(writable, 400, "POST", Map.of("set", "a: [")).path("refused").asText())
        .contains("is not YAML");
    // Spring's endpoints take text only, as the guide says.
    assertThat(send(writable, "POST", "{\"remove\": [\"a\"]}").statusCode()).isEqualTo(400);
    assertThat(send(writable, "POST", "{").statusCode()).isEqualTo(400);
    assertThat(answer(writable, 200, "POST", Map.of()).path("version").asInt()).isEqualTo(before);
  }
}
