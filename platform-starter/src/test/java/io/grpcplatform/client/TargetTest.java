package io.grpcplatform.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpcplatform.SettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

  private final Target.Reader alone = new Target.Reader(null, scheme -> scheme.equals("unix"));
  private final Target.Reader inTest = new Target.Reader("test", scheme -> scheme.equals("etcd"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          payment:9091                | dns:///payment:9091
          127.0.0.1:9091              | dns:///127.0.0.1:9091
          [::1]:9091                  | dns:///%5B::1%5D:9091
          dns:///payment.ns:65535     | dns:///payment.ns:65535
          dns:payment:1               | dns:///payment:1
          static://a:1,b_2:2          | static:///a:1,b_2:2
          static://[::1]:1            | static:///%5B::1%5D:1
          unix:/run/payment.sock      | unix:/run/payment.sock
          """)
  void understandsEveryFormOfAddress(String text, String uri) {
    assertThat(alone.read("payment", text)).isEqualTo(new Target.Resolved(uri));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "payment",
        "payment:0",
        "payment:65536",
        "payment:http",
        "my_payment:9091",
        "dns:///payment",
        "dns://resolver/payment:9091",
        "static://",
        "static://a:1,",
        "static://a:1,b",
        "static:a:1",
        "unix:",
        "in-process:",
        "http://payment:9091",
        "etcd:///payment"
      })
  void refusesAddressesThatCannotBeParsed(String text) {
    assertThatThrownBy(() -> alone.read("payment", text))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("platform.client.channels.payment.target")
        .hasMessageContaining("target: " + text + " (expected: host:port, dns:///name:port");
  }

  @Test
  void servesUnsetAndBareTargetsInProcess() {
    assertThat(inTest.read("payment", null)).isEqualTo(new Target.InProcess("test"));
    assertThat(inTest.read("payment", " ")).isEqualTo(new Target.InProcess("test"));
    assertThat(inTest.read("payment", "in-process:")).isEqualTo(new Target.InProcess("test"));
    assertThat(inTest.read("payment", "in-process:x")).isEqualTo(new Target.InProcess("x"));
  }

  @Test
  void leavesFurtherSchemesToTheirResolvers() {
    assertThat(inTest.read("payment", "etcd:///payment"))
        .isEqualTo(new Target.Resolved("etcd:///payment"));
  }

  @Test
  void namesOddlyNamedChannelsInBrackets() {
    assertThatThrownBy(() -> alone.read("payment.v1", null))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("not set")
        .hasMessageContaining("platform.client.channels[payment.v1].target");
  }
}
