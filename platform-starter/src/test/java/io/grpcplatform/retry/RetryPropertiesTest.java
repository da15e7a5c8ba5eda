package io.grpcplatform.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.SettingException;
import io.grpcplatform.retry.RetryProperties.Budget;
import io.grpcplatform.retry.RetryProperties.DelayFrom;
import io.grpcplatform.retry.RetryProperties.Hedge;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

final class RetryPropertiesTest {

  private static final String PREFIX = "platform.retry.";
  private static final String GET = "shop.v1.Shop/Get";

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(PlatformAutoConfiguration.class, RetryAutoConfiguration.class));

  @Test
  void nothingSetGivesThePromisedDefaults() {
    runner.run(
        context ->
            assertThat(context.getBean(RetryProperties.class))
                .isEqualTo(
                    new RetryProperties(
                        true,
                        3,
                        Duration.ofMillis(50),
                        Duration.ofSeconds(1),
                        2,
                        Set.of(Status.Code.UNAVAILABLE),
                        new Budget(10, 0.1, 20, 3),
                        Map.of(),
                        new RetryProperties.Hedging(Map.of()))));
  }

  @Test
  void everyLeafBindsUnderItsName() {
    runner
        .withPropertyValues(
            PREFIX + "max-attempts=4",
            PREFIX + "initial-backoff=99ms",
            PREFIX + "max-backoff=1050ms",
            PREFIX + "multiplier=1.5",
            PREFIX + "codes=unavailable,aborted",
            PREFIX + "budget.max-tokens=20",
            PREFIX + "budget.token-ratio=0.2",
            PREFIX + "budget.percent=10",
            PREFIX + "budget.min-concurrent=5",
            PREFIX + "methods[" + GET + "].max-attempts=2",
            PREFIX + "methods[" + GET + "].initial-backoff=5ms",
            PREFIX + "methods[" + GET + "].max-backoff=7ms",
            PREFIX + "methods[" + GET + "].multiplier=3",
            PREFIX + "methods[" + GET + "].codes=internal",
            PREFIX + "hedging.methods[shop.v1.Shop/*].delay=30ms",
            PREFIX + "hedging.methods[shop.v1.Shop/*].delay-from=p95",
            PREFIX + "hedging.methods[shop.v1.Shop/*].max-attempts=3")
        .run(
            context ->
                assertThat(context.getBean(RetryProperties.class))
                    .isEqualTo(
                        new RetryProperties(
                            true,
                            4,
                            Duration.ofMillis(99),
                            Duration.ofMillis(1050),
                            1.5,
                            Set.of(Status.Code.UNAVAILABLE, Status.Code.ABORTED),
                            new Budget(20, 0.2, 10, 5),
                            Map.of(
                                GET,
                                new RetryProperties.Method(
                                    2,
                                    Duration.ofMillis(5),
                                    Duration.ofMillis(7),
                                    3.0,
                                    Set.of(Status.Code.INTERNAL))),
                            new RetryProperties.Hedging(
                                Map.of(
                                    "shop.v1.Shop/*",
                                    new Hedge(Duration.ofMillis(30), DelayFrom.P95, 3))))));
  }

  @Test
  void aMethodInheritsFromItsServiceLeafByLeaf() {
    runner
        .withPropertyValues(
            PREFIX + "max-backoff=2s",
            PREFIX + "methods[shop.v1.Shop/*].initial-backoff=7ms",
            PREFIX + "methods[" + GET + "].max-attempts=2")
        .run(
            context ->
                assertThat(policies(context).ofNamed(GET))
                    .isEqualTo(
                        new AttemptPolicy.Retry(
                            2,
                            Duration.ofMillis(7),
                            Duration.ofSeconds(2),
                            2,
                            Set.of(Status.Code.UNAVAILABLE))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          max-attempts=0 | max-attempts: 0 (expected: 1 to 5, platform.retry.max-attempts)
          max-attempts=6 | max-attempts: 6 (expected: 1 to 5, platform.retry.max-attempts)
          initial-backoff=0s | initial-backoff: 0s (expected: more than 0s; gRPC needs one, platform.retry.initial-backoff)
          initial-backoff=-1ms | initial-backoff: -1ms (expected: more than 0s; gRPC needs one, platform.retry.initial-backoff)
          max-backoff=49ms | max-backoff: 49ms (expected: at least initial-backoff, 50ms, platform.retry.max-backoff)
          multiplier=0.9 | multiplier: 0.9 (expected: 1 to 100, platform.retry.multiplier)
          multiplier=NaN | multiplier: NaN (expected: 1 to 100, platform.retry.multiplier)
          codes=ok | codes: [OK] (expected: one status code or more, and not OK; max-attempts: 1 turns retries off, platform.retry.codes)
          codes= | codes: [] (expected: one status code or more, and not OK; max-attempts: 1 turns retries off, platform.retry.codes)
          budget.max-tokens=0 | max-tokens: 0 (expected: 1 to 1000, platform.retry.budget.max-tokens)
          budget.max-tokens=1001 | max-tokens: 1001 (expected: 1 to 1000, platform.retry.budget.max-tokens)
          budget.token-ratio=0.0001 | token-ratio: 1.0E-4 (expected: 0.001 to 1000, platform.retry.budget.token-ratio)
          budget.percent=101 | percent: 101 (expected: 0 to 100, platform.retry.budget.percent)
          budget.min-concurrent=-1 | min-concurrent: -1 (expected: 0 to 1000, platform.retry.budget.min-concurrent)
          methods[a.B/C].max-attempts=9 | methods[a.B/C].max-attempts: 9 (expected: 1 to 5, platform.retry.methods[a.B/C].max-attempts)
          methods[a.B/C].max-backoff=49ms | methods[a.B/C].max-backoff: 49ms (expected: at least initial-backoff, 50ms, platform.retry.methods[a.B/C].max-backoff)
          methods[a.B].max-attempts=2 | methods[a.B]: a.B (expected: a method "[pkg.Service/Method]" or a service "[pkg.Service/*]", with quotes and brackets, platform.retry.methods[a.B])
          hedging.methods[a.B/C].max-attempts=2 | methods[a.B/C].delay: not set (expected: a delay such as 50ms, about the method's p95; 0s for no hedging, platform.retry.hedging.methods[a.B/C].delay)
          hedging.methods[a.B/C].delay=-1s | methods[a.B/C].delay: -1s (expected: a delay such as 50ms, about the method's p95; 0s for no hedging, platform.retry.hedging.methods[a.B/C].delay)
          """)
  void aWrongValueFailsTheStartWithItsProperty(String property, String message) {
    runner
        .withPropertyValues(PREFIX + property)
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(SettingException.class)
                    .hasMessage(message));
  }

  @Test
  void aHedgeOfOneAttemptFailsTheStart() {
    runner
        .withPropertyValues(
            PREFIX + "hedging.methods[a.B/C].delay=5ms",
            PREFIX + "hedging.methods[a.B/C].max-attempts=1")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessage(
                        "methods[a.B/C].max-attempts: 1 (expected: 2 to 5,"
                            + " platform.retry.hedging.methods[a.B/C].max-attempts)"));
  }

  @Test
  void theTimeoutThatGrpcIgnoresIsNoProperty() {
    runner
        .withPropertyValues(PREFIX + "per-attempt-recv-timeout=1s")
        .run(context -> assertThat(context).hasFailed());
  }

  private static RetryPolicies policies(ApplicationContext context) {
    return new RetryPolicies(
        context.getBean(RetryProperties.class), context.getBean(HedgeDelays.class));
  }
}
