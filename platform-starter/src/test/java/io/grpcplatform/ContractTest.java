package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.v1.RefusalReason;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the root writes on the wire is what the contract in platform-proto says. */
final class ContractTest {

  @Test
  void refusalReasonsAreThoseOfTheContract() {
    assertThat(Stream.of(Refusal.Reason.values()).map(Enum::name))
        .containsExactlyElementsOf(
            Stream.of(RefusalReason.values())
                .filter(r -> r != RefusalReason.UNRECOGNIZED)
                .filter(r -> r != RefusalReason.REFUSAL_REASON_UNSPECIFIED)
                .map(r -> r.name().substring("REFUSAL_REASON_".length()))
                .toList());
  }

  @ParameterizedTest
  @CsvSource({
    "1H,3600000000000",
    "2M,120000000000",
    "3S,3000000000",
    "1050m,1050000000",
    "99999999u,99999999000",
    "7n,7",
    "S,-1",
    "123456789S,-1",
    "-5m,-1",
    "5x,-1"
  })
  void readsTheTimeoutHeaderAsTheProtocolSays(String header, long nanos) {
    assertThat(ServerCallTracer.timeoutNanos(header)).isEqualTo(nanos);
  }

  @ParameterizedTest(name = "{0} ms left after {1} ms: {2}")
  @CsvSource({
    "0, 1, true",
    "-3, 20, true",
    "24, 26, true",
    "26, 30, false",
    "12, 8, false",
    "99, 2000, true",
    "101, 30000, false",
    "400, 600, false"
  })
  void aResetNearTheDeadlineIsTheDeadlines(long left, long lived, boolean deadline) {
    assertThat(
            ServerCallTracer.deadlinePassed(
                TimeUnit.MILLISECONDS.toNanos(left), TimeUnit.MILLISECONDS.toNanos(lived)))
        .isEqualTo(deadline);
  }

  @Test
  void wrongSettingsNamePropertyValueAndExpectation() {
    SettingException wrong =
        new SettingException(
            "platform.retry.max-attempts", 0, ">= 1", "platform.retry.max-attempts: 3");

    assertThat(wrong).hasMessage("max-attempts: 0 (expected: >= 1, platform.retry.max-attempts)");
    assertThat(wrong.yaml()).isEqualTo("platform.retry.max-attempts: 3");
  }
}
