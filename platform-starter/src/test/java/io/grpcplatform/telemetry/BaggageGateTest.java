package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which members of a header pass. */
final class BaggageGateTest {

  private final BaggageGate gate = new BaggageGate(List.of("tenant", "user"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tenant=blue | tenant=blue",
        "other=1,tenant=blue,more=2 | tenant=blue",
        " tenant = blue ; ttl=5 , user=ann | tenant=blue,user=ann",
        "tenant=a%2Cb | tenant=a%2Cb",
        "tenant=a=b | tenant=a=b",
        "tenant=,user=ann | user=ann",
        "tenant;x=1,user=ann | user=ann",
        ",,=,;,tenant=blue,= | tenant=blue"
      })
  void membersOnTheListPass(String header, String passed) {
    assertThat(gate.members(header)).isEqualTo(passed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "other=1",
        "Tenant=blue",
        "xtenant=blue",
        "tenant",
        "tenant=a%0Ab",
        "tenant=a%1bb",
        "tenant=a%7Fb",
        "tenant=\u00e9"
      })
  void nothingElsePasses(String header) {
    assertThat(gate.members(header)).isNull();
  }

  @Test
  void valuesPassUpToTheirLimit() {
    String longest = "tenant=" + "x".repeat(256);

    assertThat(gate.members(longest)).isEqualTo(longest);
    assertThat(gate.members(longest + "x")).isNull();
    assertThat(gate.members(longest + "x,user=ann")).isEqualTo("user=ann");
  }

  @Test
  void shutGateLetsNothingThrough() {
    assertThat(BaggageGate.SHUT.members("tenant=blue")).isNull();
    assertThat(BaggageGate.SHUT.shut()).isTrue();
    assertThat(gate.shut()).isFalse();
  }
}
