package io.grpcplatform.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.StartupCheck.Finding;
import io.grpcplatform.deadline.DeadlineAutoConfiguration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;

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

    assertThat(PauseCheck.fits(policy, Duration.ofMillis(deadline))).isEqualTo(fits);
  }

  @Test
  void hedgesMustBeginBeforeTheDeadlineToo() {
    var policy = new AttemptPolicy.Hedging(3, Duration.ofMillis(50), CODES);

    assertThat(PauseCheck.fits(policy, Duration.ofMillis(100))).isFalse();
    assertThat(PauseCheck.fits(policy, Duration.ofMillis(101))).isTrue();
  }

  @Test
  void pausesThatCannotFitAreFound() {
    List<Finding> found =
        findings("platform.retry.initial-backoff=3s", "platform.retry.max-backoff=6s");

    assertThat(found)
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.problem())
                    .isEqualTo(
                        LOOK
                            + " (and 1 more) waits at least 7200ms before the last of its 3 attempts and"
                            + " must be over in 5s (platform.deadline.default): that attempt is never"
                            + " made."));
  }

  @Test
  void theMethodsOwnDeadlineCounts() {
    List<Finding> found =
        findings(
            "platform.deadline.methods[platform.test.v1.StockService/*]=9s",
            "platform.deadline.methods[" + LOOK + "]=1050ms",
            "platform.retry.initial-backoff=3s",
            "platform.retry.max-backoff=6s");

    assertThat(found).hasSize(1);
    assertThat(found.get(0).problem())
        .startsWith(LOOK + " waits at least 7200ms")
        .contains("must be over in 1050ms (platform.deadline.methods[" + LOOK + "])");
  }

  @Test
  void methodsThatSayTheirOwnAttemptsAreToldApart() {
    List<Finding> found =
        findings(
            "platform.retry.methods[" + LOOK + "].max-attempts=4",
            "platform.retry.initial-backoff=3s",
            "platform.retry.max-backoff=6s");

    assertThat(found)
        .extracting(Finding::property)
        .containsExactlyInAnyOrder(
            "platform.retry.methods[" + LOOK + "].max-attempts",
            "platform.retry.methods[platform.test.v1.StockService/*].max-attempts");
  }

  @Test
  void nothingIsFoundWithTheDefaults() {
    assertThat(findings()).isEmpty();
  }

  @Test
  void withoutDeadlinesThereIsNothingToFit() {
    List<Finding> found =
        findings(
            "platform.deadline.enabled=false",
            "platform.retry.initial-backoff=3s",
            "platform.retry.max-backoff=6s");

    assertThat(found).isEmpty();
  }

  private static List<Finding> findings(String... properties) {
    List<Finding> found = new ArrayList<>();
    Client.runner("platform.client.channels.stock.target=localhost:1")
        .withConfiguration(AutoConfigurations.of(DeadlineAutoConfiguration.class))
        .withPropertyValues(properties)
        .withBean(StubHolder.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              found.addAll(context.getBean(PauseCheck.class).findings());
            });
    return found;
  }
}
