package io.grpcplatform.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.springboot3.bulkhead.autoconfigure.BulkheadMetricsAutoConfiguration;
import io.grpcplatform.CallKey;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.SettingException;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

final class BulkheadPropertiesTest {

  private static final CallKey UNARY = CallKey.of("payment", EchoServiceGrpc.getUnaryMethod());

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  io.github.resilience4j.springboot3.bulkhead.autoconfigure
                      .BulkheadAutoConfiguration.class,
                  BulkheadMetricsAutoConfiguration.class,
                  PlatformAutoConfiguration.class,
                  BulkheadAutoConfiguration.class))
          .withBean(MeterRegistry.class, SimpleMeterRegistry::new);

  @Test
  void withNothingSetNoCallHasALimit() {
    BulkheadProperties settings = Permits.settings();

    assertThat(settings.enabled()).isTrue();
    assertThat(settings.ofChannel(UNARY)).isNull();
    assertThat(settings.ofMethod(UNARY)).isNull();
    assertThat(new Permits().stage.plan(UNARY, EchoServiceGrpc.getUnaryMethod())).isNull();
  }

  @Test
  void theNearestMethodLimitWins() {
    BulkheadProperties settings =
        Permits.settings(
            "methods[platform.test.v1.EchoService/*].max-concurrent", "30",
            "methods[platform.test.v1.EchoService/Unary].max-concurrent", "3");

    SharedLimit own = settings.ofMethod(UNARY);
    SharedLimit service = settings.ofMethod(CallKey.of("payment", EchoServiceGrpc.getBidiMethod()));

    assertThat(own.name()).isEqualTo("grpc:payment:platform.test.v1.EchoService:Unary");
    assertThat(own.max()).isEqualTo(3);
    assertThat(service.name()).isEqualTo("grpc:payment:platform.test.v1.EchoService");
    assertThat(service.max()).isEqualTo(30);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(
            new String[] {"channels.payment.max-concurrent", "0"},
            "max-concurrent: 0 (expected: 1 or more, or no entry at all for no limit,"
                + " platform.bulkhead.channels.payment.max-concurrent)"),
        Arguments.of(
            new String[] {"methods[shop.v1.Shop/Get].max-concurrent", "-1"},
            "methods[shop.v1.Shop/Get].max-concurrent: -1 (expected: 1 or more, or no entry at all"
                + " for no limit, platform.bulkhead.methods[shop.v1.Shop/Get].max-concurrent)"),
        Arguments.of(
            new String[] {"methods[Get].max-concurrent", "1"},
            "methods[Get]: Get (expected: a method \"[pkg.Service/Method]\" or a service"
                + " \"[pkg.Service/*]\", with quotes and brackets,"
                + " platform.bulkhead.methods[Get])"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aWrongSettingSaysWhatWouldBeRight(String[] pairs, String message) {
    Throwable failure = catchThrowable(() -> Permits.settings(pairs));

    assertThat(failure).hasRootCauseInstanceOf(SettingException.class);
    assertThat(failure).hasRootCauseMessage(message);
  }

  @Test
  void anUnknownPropertyFailsTheStart() {
    runner
        .withPropertyValues("platform.bulkhead.channels.payment.max-concurent=2")
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .hasMessageContaining("platform.bulkhead.channels.payment.max-concurent"));
  }

  @Test
  void resilience4jShowsOurBulkheadsInItsRegistryAndMeters() {
    runner
        .withPropertyValues("platform.bulkhead.channels.payment.max-concurrent=7")
        .run(
            context -> {
              BulkheadClientStage stage = context.getBean(BulkheadClientStage.class);

              stage.plan(UNARY, EchoServiceGrpc.getUnaryMethod());

              assertThat(context.getBean(BulkheadRegistry.class).find("grpc:payment")).isPresent();
              assertThat(
                      context
                          .getBean(MeterRegistry.class)
                          .get("resilience4j.bulkhead.max.allowed.concurrent.calls")
                          .tag("name", "grpc:payment")
                          .gauge()
                          .value())
                  .isEqualTo(7);
            });
  }
}
