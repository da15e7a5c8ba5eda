package io.grpcplatform.composition.endings;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.grpcplatform.Refusal.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The guide prints what {@link EveryEndingTellsOneStatusTest} has checked. {@code
 * -Dendings.table=write} writes the table instead of comparing it.
 */
final class EndingsTableTest {

  private static final Path PAGE = Path.of("..", "docs", "telemetry.md");
  private static final String BEGIN = "<!-- written by EndingsTableTest -->\n";
  private static final String END = "<!-- end of what EndingsTableTest writes -->\n";

  @Test
  void theGuidePrintsEveryEndingThatIsChecked() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);
    assertThat(begin).isGreaterThan(BEGIN.length());
    assertThat(end).isGreaterThanOrEqualTo(begin);
    String made = "\n" + EndingsTable.of(Endings.all()) + "\n";

    if ("write".equals(System.getProperty("endings.table"))) {
      Files.writeString(PAGE, page.substring(0, begin) + made + page.substring(end));
    } else {
      assertThat(page.substring(begin, end))
          .as("the table of %s; -Dendings.table=write writes it", PAGE)
          .isEqualTo(made);
    }
  }

  @Test
  void everyReasonOfARefusalHasAnEnding() {
    Stream<Reason> refused =
        Endings.all().stream()
            .flatMap(ending -> Stream.of(ending.reason(), ending.reasonOfClient()))
            .filter(Objects::nonNull);

    assertThat(refused).contains(Reason.values());
  }

  @Test
  void kindsOfWhichTheSameIsToldShareARow() {
    Ending ending =
        Ending.of("it rains", "hello")
            .tells(Told.everywhere(Code.ABORTED))
            .tells(Told.clientOnly(Code.DATA_LOSS), MethodType.UNARY);

    assertThat(EndingsTable.of(List.of(ending)).lines().skip(2))
        .containsExactly(
            "| it rains | unary | DATA_LOSS | DATA_LOSS | – |",
            "| it rains | client streaming, server streaming, bidi | ABORTED | ABORTED | ABORTED |");
  }
}
