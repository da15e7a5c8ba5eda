package io.grpcplatform.samples.order.trace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;

/** A real Zipkin as a process of its own, on loopback, from the jar that Maven has put here. */
final class ZipkinServer implements AutoCloseable {
  private static final Path JAR = Path.of("target", "zipkin", "zipkin-server.jar");
  private static final Pattern SERVES = Pattern.compile("(Serving HTTP at)");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final int port;
  private final Process process;

  private ZipkinServer(int port, Process process) {
    this.port = port;
    this.process = process;
  }

  static ZipkinServer start() throws IOException {
    if (!Files.exists(JAR)) {
      String missing = "no Zipkin: " + JAR + " is not there (mvn puts it there from Maven Central)";
      if ("true".equals(System.getenv("CI"))) {
        throw new AssertionError(missing);
      }
      System.err.println("SKIPPED: " + missing);
      Assumptions.abort(missing);
    }
    int port = freePort();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx192m",
            "-jar",
            JAR.toString(),
            "--armeria.ports[0].address=127.0.0.1",
            "--armeria.ports[0].port=" + port,
            "--armeria.ports[0].protocols[0]=http");
    return new ZipkinServer(port, builder.redirectErrorStream(true).start());
  }

  /** Returns once it serves. */
  ZipkinServer awaitReady() throws IOException {
    var unused = Log.await(process, SERVES);
    return this;
  }

  String spansEndpoint() {
    return "http://127.0.0.1:" + port + "/api/v2/spans";
  }

  /**
   * The trace as Zipkin tells it. What it has received it stores a moment later, so it is asked
   * until all of it is there, or time is up: what is missing is then for the test to say.
   */
  OrderTrace trace(String traceId, Predicate<OrderTrace> whole)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    OrderTrace trace;
    do {
      trace = new OrderTrace(ask(traceId));
    } while (!whole.test(trace) && System.nanoTime() < deadline);
    return trace;
  }

  private List<ZipkinSpan> ask(String traceId) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + port + "/api/v2/trace/" + traceId))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    return answer.statusCode() == 200 ? spans(JSON.readTree(answer.body())) : List.of();
  }

  private static List<ZipkinSpan> spans(JsonNode trace) {
    return StreamSupport.stream(trace.spliterator(), false).map(ZipkinSpan::of).toList();
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
