package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.health.v1.HealthGrpc;
import io.grpcplatform.CallKey;
import io.grpcplatform.SettingException;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RateLimitPropertiesTest {

  private static final CallKey UNARY = CallKey.of("", EchoServiceGrpc.getUnaryMethod());
  private static final CallKey BIDI = CallKey.of("", EchoServiceGrpc.getBidiMethod());

  @Test
  void withNothingSetNoCallHasALimit() {
    Limits limits = new Limits();

    assertThat(limits.settings.get().enabled()).isTrue();
    assertThat(limits.server.plan(UNARY, EchoServiceGrpc.getUnaryMethod())).isNull();
    assertThat(limits.client.plan(UNARY, EchoServiceGrpc.getUnaryMethod())).isNull();
  }

  @Test
  void theNearestEntryHoldsAlone() {
    MethodLimits limits =
        Limits.bind(
                "server.methods[*].rate", "1000/h",
                "server.methods[platform.test.v1.EchoService/*].rate", "60/m",
                "server.methods[platform.test.v1.EchoService/Unary].rate", "7/s",
                "server.methods[platform.test.v1.EchoService/Bidi].rate", "unlimited")
            .ofServer();

    assertThat(limits.of(UNARY).limit()).isEqualTo(RateLimit.of("7/s"));
    assertThat(limits.of(BIDI)).isNull();
    assertThat(limits.of(new CallKey("", "platform.test.v1.EchoService", "Other")).limit())
        .isEqualTo(
            new RateLimit("60/m", 1, RateLimit.Per.METHOD, RateLimit.Algorithm.TOKEN_BUCKET));
    assertThat(limits.of(new CallKey("", "shop.v1.Shop", "Get")).limit().rate())
        .isEqualTo("1000/h");
  }

  @Test
  void healthIsNotAmongAllTheRest() {
    CallKey check = CallKey.of("", HealthGrpc.getCheckMethod());

    assertThat(Limits.bind("server.methods[*].rate", "1/h").ofServer().of(check)).isNull();
    assertThat(
            Limits.bind("server.methods[grpc.health.v1.Health/*].rate", "1/h").ofServer().of(check))
        .isNotNull();
  }

  static Stream<Arguments> wrong() {
    String rate = "server.methods[shop.v1.Shop/Get].rate";
    String expected =
        " (expected: an amount and a unit, 100/s, 600/m or 1000/h, at most 1000000/s, or"
            + " unlimited, platform.ratelimit.server.methods[shop.v1.Shop/Get].rate)";
    return Stream.of(
        Arguments.of(new String[] {rate, "100"}, "methods[shop.v1.Shop/Get].rate: 100" + expected),
        Arguments.of(new String[] {rate, "0/s"}, "methods[shop.v1.Shop/Get].rate: 0/s" + expected),
        Arguments.of(
            new String[] {rate, "1000001/s"},
            "methods[shop.v1.Shop/Get].rate: 1000001/s" + expected),
        Arguments.of(
            new String[] {"server.methods[shop.v1.Shop/Get].burst", "5"},
            "methods[shop.v1.Shop/Get].rate: not set" + expected),
        Arguments.of(
            new String[] {rate, "5/s", "server.methods[shop.v1.Shop/Get].burst", "0"},
            "methods[shop.v1.Shop/Get].burst: 0 (expected: 1 or more, or none for what comes in a"
                + " second, platform.ratelimit.server.methods[shop.v1.Shop/Get].burst)"),
        Arguments.of(
            new String[] {"client.methods[Get].rate", "5/s"},
            "methods[Get]: Get (expected: a method \"[pkg.Service/Method]\", a service"
                + " \"[pkg.Service/*]\" or \"[*]\", with quotes and brackets,"
                + " platform.ratelimit.client.methods[Get])"),
        Arguments.of(
            new String[] {"server.caller-header", "X-Caller"},
            "caller-header: X-Caller (expected: the name of text metadata, in lower case,"
                + " platform.ratelimit.server.caller-header)"),
        Arguments.of(
            new String[] {"max-callers", "0"},
            "max-callers: 0 (expected: 1 to 1000000, platform.ratelimit.max-callers)"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aWrongSettingSaysWhatWouldBeRight(String[] pairs, String message) {
    Throwable failure = catchThrowable(() -> Limits.bind(pairs));

    assertThat(failure).hasRootCauseInstanceOf(SettingException.class);
    assertThat(failure).hasRootCauseMessage(message);
  }
}
