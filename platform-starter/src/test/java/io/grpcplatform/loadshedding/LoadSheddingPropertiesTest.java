package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpcplatform.CallKey;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.SettingException;
import io.grpcplatform.loadshedding.LoadSheddingProperties.Mode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

final class LoadSheddingPropertiesTest {

  private static final CallKey GET = new CallKey("", "shop.v1.Shop", "Get");

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class, LoadSheddingAutoConfiguration.class));

  @Test
  void nothingSetGivesThePromisedDefaults() {
    LoadSheddingProperties settings = Settings.of();

    assertThat(settings.enabled()).isTrue();
    assertThat(settings.mode()).isEqualTo(Mode.OBSERVE);
    assertThat(settings.algorithm()).isEqualTo(AdaptiveLimit.Algorithm.VEGAS);
    assertThat(settings.initialLimit()).isEqualTo(20);
    assertThat(settings.maxLimit()).isEqualTo(1000);
    assertThat(settings.priorities().shares()).isEqualTo(LoadGate.Shares.USUAL);
    assertThat(settings.priorityOf(GET)).isEqualTo(Priority.DEFAULT);
  }

  @Test
  void everyLeafBindsUnderItsName() {
    LoadSheddingProperties settings =
        Settings.of(
            "mode", "enforce",
            "algorithm", "gradient2",
            "initial-limit", "7",
            "max-limit", "70",
            "priorities.critical", "300",
            "priorities.default", "110",
            "priorities.sheddable", "80",
            "priorities.background", "50",
            "methods[shop.v1.Shop/*]", "background",
            "methods[shop.v1.Shop/Pay]", "critical");

    assertThat(settings.mode()).isEqualTo(Mode.ENFORCE);
    assertThat(settings.algorithm()).isEqualTo(AdaptiveLimit.Algorithm.GRADIENT2);
    assertThat(settings.initialLimit()).isEqualTo(7);
    assertThat(settings.maxLimit()).isEqualTo(70);
    assertThat(settings.priorities().shares()).isEqualTo(new LoadGate.Shares(300, 110, 80, 50));
    assertThat(settings.priorityOf(GET)).isEqualTo(Priority.BACKGROUND);
    assertThat(settings.priorityOf(new CallKey("", "shop.v1.Shop", "Pay")))
        .isEqualTo(Priority.CRITICAL);
  }

  @Test
  void whatYamlMakesOfOffMeansOff() {
    assertThat(Settings.of("mode", "false").mode()).isEqualTo(Mode.OFF);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(
            new String[] {"max-limit", "0"},
            "max-limit: 0 (expected: 1 to 100000, platform.loadshedding.max-limit)"),
        Arguments.of(
            new String[] {"max-limit", "100001"},
            "max-limit: 100001 (expected: 1 to 100000, platform.loadshedding.max-limit)"),
        Arguments.of(
            new String[] {"initial-limit", "0"},
            "initial-limit: 0 (expected: 1 to platform.loadshedding.max-limit, 1000,"
                + " platform.loadshedding.initial-limit)"),
        Arguments.of(
            new String[] {"initial-limit", "11", "max-limit", "10"},
            "initial-limit: 11 (expected: 1 to platform.loadshedding.max-limit, 10,"
                + " platform.loadshedding.initial-limit)"),
        Arguments.of(
            new String[] {"priorities.critical", "1001"},
            "critical: 1001 (expected: a percentage of 1 to 1000,"
                + " platform.loadshedding.priorities.critical)"),
        Arguments.of(
            new String[] {"priorities.default", "401"},
            "default: 401 (expected: a percentage of 1 to 400, that of critical,"
                + " platform.loadshedding.priorities.default)"),
        Arguments.of(
            new String[] {"priorities.background", "0"},
            "background: 0 (expected: a percentage of 1 to 90, that of sheddable,"
                + " platform.loadshedding.priorities.background)"),
        Arguments.of(
            new String[] {"methods[Get]", "critical"},
            "methods[Get]: Get (expected: a method \"[pkg.Service/Method]\" or a service"
                + " \"[pkg.Service/*]\", with quotes and brackets,"
                + " platform.loadshedding.methods[Get])"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void aWrongSettingSaysWhatWouldBeRight(String[] pairs, String message) {
    Throwable failure = catchThrowable(() -> Settings.of(pairs));

    assertThat(failure).hasRootCauseInstanceOf(SettingException.class);
    assertThat(failure).hasRootCauseMessage(message);
  }

  @Test
  void anUnknownPropertyFailsTheStart() {
    runner
        .withPropertyValues("platform.loadshedding.limmit=2")
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .hasMessageContaining("platform.loadshedding.limmit"));
  }

  @Test
  void everythingIsThereWithNothingSet() {
    runner.run(
        context ->
            assertThat(context)
                .hasSingleBean(LoadSheddingServerStage.class)
                .hasSingleBean(PriorityChannelContributor.class)
                .hasSingleBean(LoadSheddingMetrics.class));
  }

  @Test
  void theMetersTellTheGatesNumbers() {
    LoadSheddingProperties settings = Settings.of("algorithm", "fixed", "initial-limit", "3");
    LoadGate gate = Settings.gate(settings, Settings.saturated());
    MeterRegistry registry = new SimpleMeterRegistry();
    new LoadSheddingMetrics(gate, settings.mode()).bindTo(registry);
    gate.add(3 * LoadGate.WORK + 1);

    gate.shedsNew(Priority.SHEDDABLE, false, 0, System.nanoTime());
    gate.slows(Priority.SHEDDABLE, System.nanoTime());

    assertThat(registry.get("platform.loadshedding.limit").gauge().value()).isEqualTo(3);
    assertThat(registry.get("platform.loadshedding.inflight").gauge().value()).isEqualTo(4);
    assertThat(registry.get("platform.loadshedding.shed").functionCounters())
        .hasSize(4)
        .extracting(counter -> counter.getId().getTag("priority") + counter.count())
        .containsExactlyInAnyOrder("critical0.0", "default0.0", "sheddable1.0", "background0.0");
    assertThat(
            registry
                .get("platform.loadshedding.slowed")
                .tag("mode", "observe")
                .functionCounter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void switchedOffNothingIsThere() {
    runner
        .withPropertyValues("platform.loadshedding.enabled=false")
        .run(
            context ->
                assertThat(context)
                    .doesNotHaveBean(LoadSheddingServerStage.class)
                    .doesNotHaveBean(PriorityChannelContributor.class));
  }
}
