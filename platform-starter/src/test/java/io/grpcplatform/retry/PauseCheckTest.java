package io.grpcplatform.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.retry.PauseCheck.Known;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
final class PauseCheckTest {

  private static final Set<Status.Code> CODES = Set.of(Status.Code.UNAVAILABLE);
  private static final String LOOK = "platform.test.v1.StockService/Look";

  @ParameterizedTest(name = "{0} attempts from {1} to {2} ms within {3} ms: {4}")
  @CsvSource({
    "3, 50, 1000, 121, true",
    "3, 50, 1000, 120, false",
    "1, 50, 1000, 1, true",
    "5, 1000, 1500, 4401, true",
    "5, 1000, 1500, 4400, false",
    "3, 50, 1000, 0, true"
  })
  void theLastAttemptMustBeginBeforeTheDeadline(
      int attempts, long initial, long max, long deadline, boolean fits) {
    var policy =
        new AttemptPolicy.Retry(
            attempts, Duration.ofMillis(initial), Duration.ofMillis(max), 2, CODES);

    String misfit = PauseCheck.misfit("a.B/C", policy, new Known(Duration.ofMillis(deadline), "p"));

    assertThat(misfit == null).isEqualTo(fits);
  }

  @Test
  void hedgesMustBeginBeforeTheDeadlineToo() {
    var policy = new AttemptPolicy.Hedging(3, Duration.ofMillis(50), CODES);

    String misfit = PauseCheck.misfit("a.B/C", policy, new Known(Duration.ofMillis(99), "p"));

    assertThat(misfit)
        .isEqualTo(
            "a.B/C waits at least 100ms before the last of its 3 attempts (delay and max-attempts of"
                + " platform.retry.hedging.methods) and must be over in 99ms (p): that attempt is"
                + " never made");
  }

  @Test
  void pausesThatCannotFitAreReportedAtTheStart(CapturedOutput output) {
    start("platform.retry.initial-backoff=3s", "platform.retry.max-backoff=6s");

    assertThat(output)
        .contains(
            LOOK
                + " waits at least 7200ms before the last of its 3 attempts (max-attempts,"
                + " initial-backoff, max-backoff and multiplier of platform.retry or"
                + " platform.retry.methods["
                + LOOK
                + "]) and must be over in 5s (platform.deadline.default): that attempt is never"
                + " made")
        .doesNotContain("StockService/Take waits", "StockService/Watch waits");
  }

  @Test
  void theMethodsOwnDeadlineCounts(CapturedOutput output) {
    start(
        "platform.deadline.methods[platform.test.v1.StockService/*]=9s",
        "platform.deadline.methods[" + LOOK + "]=1050ms",
        "platform.retry.initial-backoff=3s",
        "platform.retry.max-backoff=6s");

    assertThat(output)
        .contains(
            LOOK + " waits at least 7200ms",
            "must be over in 1050ms (platform.deadline.methods[" + LOOK + "])")
        .doesNotContain("StockService/Put waits");
  }

  @Test
  void nothingIsReportedWithTheDefaults(CapturedOutput output) {
    start();

    assertThat(output).doesNotContain("waits at least");
  }

  @Test
  void withoutDeadlinesThereIsNothingToFit(CapturedOutput output) {
    start(
        "platform.deadline.enabled=false",
        "platform.retry.initial-backoff=3s",
        "platform.retry.max-backoff=6s");

    assertThat(output).doesNotContain("waits at least");
  }

  @Test
  void theAssumedDeadlineIsTheOtherFeaturesDefault() throws IOException {
    // Settings of tests have metadata of their own; the starter's is among them.
    StringBuilder metadata = new StringBuilder();
    for (URL found :
        Collections.list(
            getClass()
                .getClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"))) {
      try (InputStream one = found.openStream()) {
        metadata.append(new String(one.readAllBytes(), StandardCharsets.UTF_8));
      }
    }

    assertThat(metadata.toString().replaceAll("\\s", ""))
        .containsPattern(
            "\\{\"name\":\"platform.deadline.default\"[^}]*\"defaultValue\":\""
                + RetrySettings.text(PauseReport.DEFAULT_DEADLINE)
                + "\"");
  }

  private static void start(String... properties) {
    ApplicationContextRunner runner =
        Client.runner("platform.client.channels.stock.target=localhost:1")
            .withPropertyValues(properties)
            .withBean(StubHolder.class);
    runner.run(context -> assertThat(context).hasNotFailed());
  }
}
