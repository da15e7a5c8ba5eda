package io.grpcplatform.samples.order.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Reads a service's actuator endpoints. Blocks; what cannot be read is empty. */
final class Actuator {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final String base;

  Actuator(int port) {
    this.base = "http://127.0.0.1:" + port + "/actuator";
  }

  boolean isReady() throws InterruptedException {
    return get("/health/readiness").isPresent();
  }

  /** CLOSED, OPEN, HALF_OPEN; empty before the first call. */
  Optional<String> breaker(String name) throws InterruptedException {
    return get("/circuitbreakers")
        .map(json -> json.path("circuitBreakers").path(name).path("state").asText(""))
        .filter(state -> !state.isEmpty());
  }

  Optional<Long> metric(String name) throws InterruptedException {
    return get("/metrics/" + name).map(json -> json.at("/measurements/0/value").asLong());
  }

  private Optional<JsonNode> get(String path) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT).build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return response.statusCode() == 200
          ? Optional.of(JSON.readTree(response.body()))
          : Optional.empty();
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }
}
