package io.grpcplatform.samples.order.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Zipkin as a process beside the two services, on loopback, with what it is told in memory. Without
 * its jar nothing is started and nothing exported.
 */
final class Zipkin {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final boolean there;
  private final String base;
  private final ServiceProcess process;

  Zipkin(DemoSettings settings) {
    int port = settings.ports().zipkin();
    there = Files.exists(settings.zipkinJar());
    base = "http://127.0.0.1:" + port;
    Path log = settings.directory().resolve("zipkin.log");
    // All three of the port, or the list that Zipkin brings, on every interface, is taken.
    Map<String, String> environment =
        Map.of(
            "ARMERIA_PORTS_0_ADDRESS", "127.0.0.1",
            "ARMERIA_PORTS_0_PORT", "" + port,
            "ARMERIA_PORTS_0_PROTOCOLS_0", "http",
            "MEM_MAX_SPANS", "50000");
    process = new ServiceProcess("zipkin", settings.zipkinJar(), log, environment);
  }

  boolean isThere() {
    return there;
  }

  ServiceProcess process() {
    return process;
  }

  /** What makes a service tell it everything. */
  Map<String, String> environment() {
    return there
        ? Map.of(
            "ZIPKIN_EXPORT", "true",
            "ZIPKIN_ENDPOINT", spansEndpoint(),
            "TRACE_SAMPLING", "1.0",
            "MANAGEMENT_TRACING_OPENTELEMETRY_EXPORT_SCHEDULEDELAY", "500ms")
        : Map.of();
  }

  String spansEndpoint() {
    return base + "/api/v2/spans";
  }

  /** The page that shows a trace. */
  String page(String traceId) {
    return base + "/zipkin/traces/" + traceId;
  }

  String startPage() {
    return base + "/zipkin/";
  }

  boolean isReady() throws InterruptedException {
    return get("/health").statusCode() == 200;
  }

  /** How many spans it has of a trace; 0 while it knows nothing of it. */
  int spans(String traceId) throws InterruptedException {
    Answer answer = get("/api/v2/trace/" + traceId);
    try {
      return answer.statusCode() == 200 ? JSON.readTree(answer.body()).size() : 0;
    } catch (IOException notJson) {
      return 0;
    }
  }

  private record Answer(int statusCode, String body) {}

  private Answer get(String path) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT).build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException notThere) {
      return new Answer(0, "");
    }
  }
}
