package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpcplatform.CallKey;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.SettingException;
import io.grpcplatform.loadshedding.LoadSheddingProperties.Mode;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

final class LoadSheddingPropertiesTest {

  private static final CallKey GET = new CallKey("", "shop.v1.Shop", "Get");
  private static final CallKey PAY = new CallKey("", "shop.v1.Shop", "Pay");

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
    assertThat(settings.priorityOf(GET, null)).isEqualTo(Priority.DEFAULT);
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
    assertThat(settings.priorityOf(GET, null)).isEqualTo(Priority.BACKGROUND);
    assertThat(settings.priorityOf(PAY, null)).isEqualTo(Priority.CRITICAL);
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
  void aMethodsPropertyWinsOverItsContractAndThatOverItsServices() {
    LoadSheddingProperties settings =
        Settings.of(
            "methods[shop.v1.Shop/*]", "background", "methods[shop.v1.Shop/Pay]", "critical");

    assertThat(settings.priorityOf(PAY, "sheddable")).isEqualTo(Priority.CRITICAL);
    assertThat(settings.priorityOf(GET, "sheddable")).isEqualTo(Priority.SHEDDABLE);
    assertThat(settings.priorityOf(GET, null)).isEqualTo(Priority.BACKGROUND);
    assertThat(Settings.of().priorityOf(GET, "sheddable")).isEqualTo(Priority.SHEDDABLE);
  }

  @Test
  void theMetersTellEachPoolsNumbers() {
    LoadSheddingProperties settings = Settings.of("algorithm", "fixed", "initial-limit", "3");
    LoadPools loads = Settings.loads(settings, Settings.saturated());
    MeterRegistry registry = new SimpleMeterRegistry();
    LoadPools.Pool before = loads.of("before");
    new LoadSheddingMetrics(loads).bindTo(registry);
    LoadPools.Pool after = loads.of("after");

    before.gate().add(3 * LoadGate.WORK + 1);
    before.counts().addShed(Priority.SHEDDABLE, Mode.OBSERVE);
    after.counts().addShed(Priority.CRITICAL, Mode.ENFORCE);
    after.counts().addSlowed(Mode.ENFORCE);

    assertThat(gauge(registry, "after", "limit")).isEqualTo(3);
    assertThat(gauge(registry, "before", "inflight")).isEqualTo(4);
    assertThat(gauge(registry, "after", "inflight")).isZero();
    assertThat(registry.get("platform.loadshedding.shed").functionCounters())
        .hasSize(16)
        .filteredOn(counter -> counter.count() == 1)
        .extracting(
            counter ->
                counter.getId().getTag("pool")
                    + " "
                    + counter.getId().getTag("mode")
                    + " "
                    + counter.getId().getTag("priority"))
        .containsExactlyInAnyOrder("before observe sheddable", "after enforce critical");
    assertThat(
            registry
                .get("platform.loadshedding.slowed")
                .tags("mode", "enforce", "pool", "after")
                .functionCounter()
                .count())
        .isEqualTo(1);
  }

  private static double gauge(MeterRegistry registry, String pool, String meter) {
    return registry.get("platform.loadshedding." + meter).tag("pool", pool).gauge().value();
  }

  @Test
  void switchedOffNothingIsDoneUntilItIsSwitchedOn() {
    runner
        .withPropertyValues("platform.loadshedding.enabled=false")
        .run(
            context -> {
              LoadSheddingServerStage stage = context.getBean(LoadSheddingServerStage.class);
              CallKey key = CallKey.of("", EchoServiceGrpc.getUnaryMethod());

              assertThat(stage.plan(key, EchoServiceGrpc.getUnaryMethod())).isNull();

              change(context, Settings.of());
              assertThat(stage.plan(key, EchoServiceGrpc.getUnaryMethod())).isNotNull();
            });
  }

  private static void change(ApplicationContext context, LoadSheddingProperties next) {
    LiveSettings live = context.getBean(LiveSettings.class);
    live.all().stream()
        .filter(settings -> settings.type() == LoadSheddingProperties.class)
        .forEach(settings -> live.apply(Map.of(settings, next)));
  }
}
