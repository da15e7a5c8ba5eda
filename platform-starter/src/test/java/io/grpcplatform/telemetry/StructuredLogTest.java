package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the console of a real application says in JSON. */
final class StructuredLogTest {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  /** What Spring Boot does by itself where no test's own configuration is on the class path. */
  private static final String LOGBACK =
      """
      <configuration>
        <include resource="org/springframework/boot/logging/logback/defaults.xml"/>
        <include resource="org/springframework/boot/logging/logback/structured-console-appender.xml"/>
        <root level="INFO"><appender-ref ref="CONSOLE"/></root>
      </configuration>
      """;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"ecs", "logstash"})
  void everyLineIsJsonWithTheFieldsOfItsCall(String format) throws Exception {
    String console = run(format);

    List<JsonNode> lines = console.lines().map(StructuredLogTest::parse).toList();
    assertThat(console)
        .doesNotContain(
            StructuredLogProbe.PAYLOAD, StructuredLogProbe.TOKEN, StructuredLogProbe.DESCRIPTION);
    assertInCall(line(lines, "in the handler"), "Unary");
    assertInCall(line(lines, "in a stream callback"), "Bidi");
    JsonNode ok = line(lines, "server platform.test.v1.EchoService/Unary OK");
    assertAccess(ok, "Unary", "OK");
    assertAccess(line(lines, "server platform.test.v1.EchoService/Bidi OK"), "Bidi", "OK");
    assertAccess(
        line(lines, "server platform.test.v1.EchoService/ServerStream NOT_FOUND"),
        "ServerStream",
        "NOT_FOUND");
  }

  private static void assertInCall(JsonNode line, String method) {
    assertThat(text(line, "traceId")).isEqualTo(StructuredLogProbe.TRACE);
    assertThat(text(line, "spanId")).matches("[0-9a-f]{16}");
    assertThat(text(line, "rpc.method")).isEqualTo(method);
    assertThat(text(line, "caller")).isEqualTo("127.0.0.1");
  }

  private static void assertAccess(JsonNode line, String method, String status) {
    assertInCall(line, method);
    assertThat(text(line, "trace_id")).isEqualTo(StructuredLogProbe.TRACE);
    assertThat(text(line, "rpc.side")).isEqualTo("server");
    assertThat(text(line, "rpc.service")).isEqualTo("platform.test.v1.EchoService");
    assertThat(text(line, "grpc.status_code")).isEqualTo(status);
    assertThat(Double.parseDouble(text(line, "duration_ms"))).isPositive();
  }

  /** A field as it is written: by its whole name, or as ECS has it in objects. */
  private static String text(JsonNode line, String name) {
    JsonNode flat = line.path(name);
    return flat.isMissingNode() ? line.at("/" + name.replace('.', '/')).asText() : flat.asText();
  }

  private static JsonNode line(List<JsonNode> lines, String start) {
    List<JsonNode> found =
        lines.stream().filter(line -> line.path("message").asText().startsWith(start)).toList();
    assertThat(found).as(start).hasSize(1);
    return found.get(0);
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException wrong) {
      throw new UncheckedIOException(line, wrong);
    }
  }

  private String run(String format) throws IOException, InterruptedException {
    Path console = directory.resolve("console.log");
    Path errors = directory.resolve("errors.log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                StructuredLogProbe.class.getName(),
                "--logging.structured.format.console=" + format,
                "--logging.config=" + Files.writeString(directory.resolve("logback.xml"), LOGBACK),
                "--platform.server.port=0",
                "--platform.telemetry.access-log.mode=all",
                "--logging.level.io.grpcplatform=info",
                "--spring.main.banner-mode=off")
            .redirectOutput(console.toFile())
            .redirectError(errors.toFile())
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
    return Files.readString(console, StandardCharsets.UTF_8);
  }
}
