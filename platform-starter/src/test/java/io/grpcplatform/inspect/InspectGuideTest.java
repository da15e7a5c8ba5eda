package io.grpcplatform.inspect;

import static io.grpcplatform.inspect.InspectedService.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The answers that the guide prints are those of a running service. */
final class InspectGuideTest {

  private static final Path PAGE = Path.of("..", "docs", "inspect.md");
  private static final String YAML =
      """
      platform:
        client:
          channels:
            backend:
              target: static://BACKEND
        deadline:
          methods:
            "[platform.test.v1.PolicyService/*]": 700ms
      resilience4j:
        circuitbreaker:
          instances:
            backend:
              minimum-number-of-calls: 2
      """;

  @TempDir Path folder;

  @Test
  void thePrintedAnswersAreReal() throws Exception {
    try (InspectedService service = InspectedService.start(folder, YAML)) {
      for (int i = 0; i < 3; i++) {
        assertThat(
                catchThrowableOfType(
                    StatusRuntimeException.class, () -> service.backend().patient(says("hello"))))
            .isNotNull();
      }

      assertPrinted("/channels/backend", service.text("/channels/backend"));
      assertPrinted("/failures", service.text("/failures"));
    }
  }

  private void assertPrinted(String path, String answer) throws Exception {
    ObjectMapper json = new ObjectMapper();
    Matcher block =
        Pattern.compile(
                "curl -s localhost:8080/actuator/grpc" + path + " \\| jq\n```\n\n```json\n(.*?)```",
                Pattern.DOTALL)
            .matcher(Files.readString(PAGE));
    String printed =
        json.writerWithDefaultPrettyPrinter().writeValueAsString(json.readTree(calm(answer)));
    assertThat(block.find()).as("The page has no answer of %s:%n%s", path, printed).isTrue();
    assertThat(json.readTree(block.group(1)))
        .as("It should be:%n%s", printed)
        .isEqualTo(json.readTree(calm(answer)));
  }

  /** What differs from run to run as the page has it. */
  private String calm(String answer) {
    return answer
        .replace(folder.toString(), "/etc/order")
        .replaceAll("127\\.0\\.0\\.1:\\d+", "10.0.0.7:9091")
        .replaceAll("\"at\":\"[^\"]*\"", "\"at\":\"2026-03-01T03:12:45.120Z\"")
        .replaceAll("\"trace\":\"[^\"]*\"", "\"trace\":\"4bf92f3577b34da6a3ce929d0e0e4736\"")
        .replaceAll("\"took\":\"[^\"]*\"", "\"took\":\"2.481ms\"")
        .replaceAll("\"tries-again-in\":\"[^\"]*\"", "\"tries-again-in\":\"4.7s\"");
  }
}
