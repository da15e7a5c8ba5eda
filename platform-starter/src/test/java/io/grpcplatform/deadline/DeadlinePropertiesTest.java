package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpcplatform.CallKey;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

final class DeadlinePropertiesTest {

  private static final CallKey GET = new CallKey("payment", "shop.v1.Shop", "Get");

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class, DeadlineAutoConfiguration.class));

  @Test
  void nothingSetGivesThePromisedDefaults() {
    DeadlineProperties settings = Settings.of();

    assertThat(settings.enabled()).isTrue();
    assertThat(settings.standard()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.budget()).isEqualTo(new DeadlineBudget(5, 2_000_000, 50_000_000));
    assertThat(settings.server())
        .isEqualTo(new DeadlineProperties.Server(Duration.ZERO, Duration.ZERO));
    assertThat(settings.stream().openTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.stream().idleTimeout()).isZero();
    assertThat(settings.stream().maxAge()).isZero();
  }

  @Test
  void everyLeafBindsUnderItsName() {
    DeadlineProperties settings =
        Settings.of(
            "default", "7s",
            "methods[shop.v1.Shop/Get]", "1050ms",
            "channels.payment", "3s",
            "reserve.percent", "10",
            "reserve.min", "3ms",
            "reserve.max", "30ms",
            "server.default", "8s",
            "server.max", "9s",
            "stream.open-timeout", "1s",
            "stream.idle-timeout", "2s",
            "stream.max-age", "3s",
            "stream.methods[shop.v1.Shop/*].max-age", "0s",
            "stream.methods[shop.v1.Shop/Watch].idle-timeout", "4s");

    assertThat(settings.standard()).isEqualTo(Duration.ofSeconds(7));
    assertThat(settings.methods()).containsEntry("shop.v1.Shop/Get", Duration.ofMillis(1050));
    assertThat(settings.channels()).containsEntry("payment", Duration.ofSeconds(3));
    assertThat(settings.budget()).isEqualTo(new DeadlineBudget(10, 3_000_000, 30_000_000));
    assertThat(settings.server().standard()).isEqualTo(Duration.ofSeconds(8));
    assertThat(settings.server().max()).isEqualTo(Duration.ofSeconds(9));
    assertThat(settings.streamLimits(GET, MethodPolicy.NONE).age().on()).isFalse();
    assertThat(settings.streamLimits(GET, MethodPolicy.NONE).idle().nanos())
        .isEqualTo(2_000_000_000L);
    assertThat(settings.streamLimits(GET, MethodPolicy.NONE).open().property())
        .isEqualTo("platform.deadline.stream.open-timeout");
    CallKey watch = new CallKey("payment", "shop.v1.Shop", "Watch");
    assertThat(settings.streamLimits(watch, MethodPolicy.NONE).idle())
        .isEqualTo(
            new StreamLimits.Limit(
                4_000_000_000L,
                "platform.deadline.stream.methods[shop.v1.Shop/Watch].idle-timeout"));
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(
            new String[] {"default", "-1s"},
            "default: -1s (expected: 0s for none, or a positive duration such as 5s,"
                + " platform.deadline.default)"),
        Arguments.of(
            new String[] {"methods[shop.v1.Shop/Get]", "-5ms"},
            "methods[shop.v1.Shop/Get]: -5ms (expected: 0s for none, or a positive duration"
                + " such as 5s, platform.deadline.methods[shop.v1.Shop/Get])"),
        Arguments.of(
            new String[] {"channels.payment", "1ms"},
            "min: 2ms (expected: at most the deadline platform.deadline.channels.payment,"
                + " 1ms, platform.deadline.reserve.min)"),
        Arguments.of(
            new String[] {"default", "10ms", "reserve.min", "11ms"},
            "min: 11ms (expected: at most the deadline platform.deadline.default, 10ms,"
                + " platform.deadline.reserve.min)"),
        Arguments.of(
            new String[] {"reserve.min", "60ms"},
            "min: 60ms (expected: at most platform.deadline.reserve.max, 50ms,"
                + " platform.deadline.reserve.min)"),
        Arguments.of(
            new String[] {"reserve.percent", "91"},
            "percent: 91 (expected: 0 to 90, platform.deadline.reserve.percent)"),
        Arguments.of(
            new String[] {"reserve.max", "-1ms"},
            "max: -1ms (expected: 0s for none, or a positive duration such as 5s,"
                + " platform.deadline.reserve.max)"),
        Arguments.of(
            new String[] {"server.max", "-1s"},
            "max: -1s (expected: 0s for none, or a positive duration such as 5s,"
                + " platform.deadline.server.max)"),
        Arguments.of(
            new String[] {"server.default", "3s", "server.max", "2s"},
            "default: 3s (expected: at most platform.deadline.server.max, 2s,"
                + " platform.deadline.server.default)"),
        Arguments.of(
            new String[] {"stream.idle-timeout", "-1ms"},
            "idle-timeout: -1ms (expected: 0s for none, or a positive duration such as 5s,"
                + " platform.deadline.stream.idle-timeout)"),
        Arguments.of(
            new String[] {"stream.methods[shop.v1.Shop/*].max-age", "-1s"},
            "methods[shop.v1.Shop/*].max-age: -1s (expected: 0s for none, or a positive"
                + " duration such as 5s,"
                + " platform.deadline.stream.methods[shop.v1.Shop/*].max-age)"),
        Arguments.of(
            new String[] {"methods[Get]", "1s"},
            "methods[Get]: Get (expected: a method \"[pkg.Service/Method]\" or a service"
                + " \"[pkg.Service/*]\", with quotes and brackets,"
                + " platform.deadline.methods[Get])"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aWrongSettingSaysWhatWouldBeRight(String[] pairs, String message) {
    Throwable failure = catchThrowable(() -> Settings.of(pairs));

    assertThat(failure).hasRootCauseInstanceOf(SettingException.class);
    assertThat(failure).hasRootCauseMessage(message);
  }

  @Test
  void aWrongSettingOffersTheYamlThatWouldWork() {
    Throwable failure = catchThrowable(() -> Settings.of("reserve.min", "60ms"));

    assertThat(failure.getCause().getCause()).isInstanceOf(SettingException.class);
    SettingException setting = (SettingException) failure.getCause().getCause();
    assertThat(setting.yaml()).contains("min: 50ms");
  }

  @Test
  void aMethodKeyWithoutBracketsFailsTheStart() {
    // Given what YAML makes of an unquoted pkg.Service/Method.
    ApplicationContextRunner unquoted =
        runner.withPropertyValues("platform.deadline.methods.shop.v1.Shop/Get=2s");

    // Then the lost slash is noticed.
    unquoted.run(context -> assertThat(context).hasFailed());
  }

  @Test
  void anUnknownPropertyFailsTheStart() {
    runner
        .withPropertyValues("platform.deadline.defualt=2s")
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .hasMessageContaining("platform.deadline.defualt"));
  }

  @Test
  void bothStagesAreThereWithNothingSet() {
    runner.run(
        context ->
            assertThat(context)
                .hasSingleBean(DeadlineClientStage.class)
                .hasSingleBean(DeadlineServerStage.class));
  }
}
