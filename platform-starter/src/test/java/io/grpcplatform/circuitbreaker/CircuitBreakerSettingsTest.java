package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties;
import io.github.resilience4j.consumer.EventConsumerRegistry;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.SettingException;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContext;

/** Where a breaker's settings come from, in an application with resilience4j's own starter. */
final class CircuitBreakerSettingsTest {

  private static final CallKey GET = new CallKey("payment", "shop.v1.Shop", "Get");
  private static final String R4J = "resilience4j.circuitbreaker.";

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class,
                  CircuitBreakerAutoConfiguration.class,
                  io.github.resilience4j.springboot3.circuitbreaker.autoconfigure
                      .CircuitBreakerAutoConfiguration.class));

  private static CircuitBreaker ours(ApplicationContext context) {
    context.getBean(CircuitBreakerClientStage.class).plan(GET, EchoServiceGrpc.getUnaryMethod());
    return context.getBean(CircuitBreakerRegistry.class).find("payment:shop.v1.Shop").orElseThrow();
  }

  private static CircuitBreakerConfig settingsOfOurs(ApplicationContext context) {
    return ours(context).getCircuitBreakerConfig();
  }

  private static long[] waits(CircuitBreakerConfig config) {
    return IntStream.rangeClosed(1, 6)
        .mapToLong(attempt -> config.getWaitIntervalFunctionInOpenState().apply(attempt))
        .toArray();
  }

  @Test
  void nothingSetGivesThePromisedDefaults() {
    runner.run(
        context -> {
          CircuitBreakerConfig config = settingsOfOurs(context);

          assertThat(config.getSlidingWindowType()).isEqualTo(SlidingWindowType.TIME_BASED);
          assertThat(config.getSlidingWindowSize()).isEqualTo(10);
          assertThat(config.getMinimumNumberOfCalls()).isEqualTo(20);
          assertThat(config.getFailureRateThreshold()).isEqualTo(50);
          assertThat(config.getPermittedNumberOfCallsInHalfOpenState()).isEqualTo(3);
          assertThat(config.getMaxWaitDurationInHalfOpenState()).isEqualTo(Duration.ofSeconds(10));
          assertThat(waits(config)).containsExactly(5_000, 10_000, 20_000, 40_000, 60_000, 60_000);
        });
  }

  @Test
  void aLeafOfConfigsGrpcReplacesOnlyThatLeaf() {
    runner
        .withPropertyValues(R4J + "configs.grpc.minimum-number-of-calls=7")
        .run(
            context -> {
              CircuitBreakerConfig config = settingsOfOurs(context);

              assertThat(config.getMinimumNumberOfCalls()).isEqualTo(7);
              assertThat(config.getSlidingWindowType()).isEqualTo(SlidingWindowType.TIME_BASED);
              assertThat(waits(config)[5]).isEqualTo(60_000);
            });
  }

  @Test
  void configsDefaultIsBelowOurs() {
    runner
        .withPropertyValues(
            R4J + "configs.default.failure-rate-threshold=90",
            R4J + "configs.default.slow-call-duration-threshold=3s",
            R4J + "configs.default.enable-randomized-wait=true",
            R4J + "configs.default.record-exceptions=java.io.IOException",
            R4J + "instances.other.minimum-number-of-calls=9")
        .run(
            context -> {
              CircuitBreakerConfig config = settingsOfOurs(context);

              assertThat(config.getFailureRateThreshold()).isEqualTo(50);
              assertThat(config.getSlowCallDurationThreshold()).isEqualTo(Duration.ofSeconds(3));
              assertThat(waits(config)[0]).isEqualTo(5_000);
              assertThat(config.getRecordExceptionPredicate())
                  .accepts(StatusFailure.of(Status.Code.UNAVAILABLE));
              CircuitBreakerConfig others =
                  context
                      .getBean(CircuitBreakerRegistry.class)
                      .circuitBreaker("other")
                      .getCircuitBreakerConfig();
              assertThat(others.getFailureRateThreshold()).isEqualTo(90);
              assertThat(others.getMinimumNumberOfCalls()).isEqualTo(9);
            });
  }

  @Test
  void aChannelsInstanceSettingsReachItsServices() {
    runner
        .withPropertyValues(
            R4J + "instances.payment.minimum-number-of-calls=5",
            R4J + "instances.payment.wait-duration-in-open-state=1s")
        .run(
            context -> {
              CircuitBreakerConfig config = settingsOfOurs(context);

              assertThat(config.getMinimumNumberOfCalls()).isEqualTo(5);
              assertThat(config.getSlidingWindowSize()).isEqualTo(10);
              assertThat(waits(config)).startsWith(1_000, 2_000, 4_000).endsWith(32_000);
              // The breaker of that very name may belong to somebody else and stays as it was.
              assertThat(
                      context
                          .getBean(CircuitBreakerRegistry.class)
                          .circuitBreaker("payment")
                          .getCircuitBreakerConfig()
                          .getSlidingWindowType())
                  .isEqualTo(SlidingWindowType.COUNT_BASED);
            });
  }

  @Test
  void theMostSpecificNameWins() {
    runner
        .withPropertyValues(
            "platform.client.channels.payment.target=localhost:1",
            R4J + "instances.payment.minimum-number-of-calls=5")
        .withInitializer(
            context ->
                TestPropertyValues.of(
                        Map.of(
                            R4J + "instances[payment:shop.v1.Shop].failure-rate-threshold", "33"))
                    .applyTo(context))
        .run(
            context -> {
              CircuitBreakerConfig config = settingsOfOurs(context);

              assertThat(config.getFailureRateThreshold()).isEqualTo(33);
              assertThat(config.getMinimumNumberOfCalls()).isEqualTo(20);
              assertThat(config.getSlidingWindowType()).isEqualTo(SlidingWindowType.TIME_BASED);
            });
  }

  @Test
  void aBaseThatTheUserChoseStands() {
    runner
        .withPropertyValues(
            R4J + "configs.strict.minimum-number-of-calls=2",
            R4J + "instances.payment.base-config=strict")
        .run(
            context -> {
              CircuitBreakerConfig config = settingsOfOurs(context);

              assertThat(config.getMinimumNumberOfCalls()).isEqualTo(2);
              assertThat(config.getSlidingWindowType()).isEqualTo(SlidingWindowType.COUNT_BASED);
            });
  }

  @Test
  void aRandomizedWaitReplacesTheGrowingOne() {
    runner
        .withPropertyValues(
            R4J + "instances.payment.wait-duration-in-open-state=4s",
            R4J + "instances.payment.enable-randomized-wait=true",
            R4J + "instances.payment.randomized-wait-factor=0.25")
        .run(
            context ->
                assertThat(Arrays.stream(waits(settingsOfOurs(context))))
                    .allMatch(wait -> wait >= 3_000 && wait <= 5_000));
  }

  @Test
  void anInstanceThatNamesOurBreakerHasOurBaseFromTheStart() {
    runner
        .withPropertyValues(
            "platform.circuitbreaker.granularity=channel",
            "platform.client.channels.payment.target=localhost:1",
            R4J + "instances.payment.minimum-number-of-calls=5",
            R4J + "instances.other.minimum-number-of-calls=5")
        .run(
            context -> {
              CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);

              assertThat(
                      registry
                          .circuitBreaker("payment")
                          .getCircuitBreakerConfig()
                          .getSlidingWindowType())
                  .isEqualTo(SlidingWindowType.TIME_BASED);
              assertThat(
                      registry
                          .circuitBreaker("other")
                          .getCircuitBreakerConfig()
                          .getSlidingWindowType())
                  .isEqualTo(SlidingWindowType.COUNT_BASED);
            });
  }

  @Test
  void eventsAndHealthKnowOurBreakers() {
    runner
        .withPropertyValues(
            R4J + "instances.payment.register-health-indicator=true",
            R4J + "instances.payment.event-consumer-buffer-size=17")
        .run(
            context -> {
              CircuitBreaker breaker = ours(context);

              assertThat(
                      context
                          .getBean(CommonCircuitBreakerConfigurationProperties.class)
                          .findCircuitBreakerProperties(breaker.getName())
                          .orElseThrow()
                          .getRegisterHealthIndicator())
                  .isTrue();
              breaker.transitionToForcedOpenState();
              EventConsumerRegistry<?> events = context.getBean(EventConsumerRegistry.class);
              assertThat(events.getEventConsumer(breaker.getName()).getBufferedEvents().size())
                  .isEqualTo(1);
            });
  }

  @Test
  void withoutResilience4jsStarterThereIsNoStage() {
    new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                PlatformAutoConfiguration.class, CircuitBreakerAutoConfiguration.class))
        .run(context -> assertThat(context).doesNotHaveBean(CircuitBreakerClientStage.class));
    runner
        .withClassLoader(new FilteredClassLoader(CircuitBreakerRegistry.class))
        .run(context -> assertThat(context).doesNotHaveBean("platformCircuitBreakerClientStage"));
  }

  @Test
  void nothingSetGivesThePlatformsOwnDefaults() {
    CircuitBreakerProperties settings = BreakerBench.settings();

    assertThat(settings.enabled()).isTrue();
    assertThat(settings.granularity()).isEqualTo(CircuitBreakerProperties.Granularity.SERVICE);
    assertThat(settings.fairBudget()).isEqualTo(Duration.ofMillis(50));
    assertThat(settings.outcomes()).isEmpty();
  }

  @Test
  void outcomesBindByCodeAndKind() {
    CircuitBreakerProperties settings =
        BreakerBench.settings(
            "outcomes.resource-exhausted", "failure", "outcomes.UNIMPLEMENTED", "failure");

    assertThat(settings.outcomes())
        .containsEntry(Status.Code.RESOURCE_EXHAUSTED, Outcome.Kind.FAILURE)
        .containsEntry(Status.Code.UNIMPLEMENTED, Outcome.Kind.FAILURE);
  }

  @Test
  void theNearestTableOfOutcomesWins() {
    CircuitBreakerProperties settings =
        BreakerBench.settings(
            "outcomes.aborted", "failure",
            "channels.payment.outcomes.aborted", "ignored",
            "channels.payment.outcomes.not-found", "failure",
            "methods[shop.v1.Shop/*].outcomes.not-found", "ignored",
            "methods[shop.v1.Shop/*].outcomes.out-of-range", "failure",
            "methods[shop.v1.Shop/Get].outcomes.out-of-range", "overload");

    assertThat(kindOf(settings, new CallKey("other", "a.A", "Get"), Status.ABORTED))
        .as("for all calls")
        .isEqualTo(Outcome.Kind.FAILURE);
    assertThat(kindOf(settings, new CallKey("payment", "a.A", "Get"), Status.ABORTED))
        .as("the channel over all calls")
        .isEqualTo(Outcome.Kind.IGNORED);
    assertThat(kindOf(settings, new CallKey("payment", "a.A", "Get"), Status.NOT_FOUND))
        .as("the channel alone")
        .isEqualTo(Outcome.Kind.FAILURE);
    assertThat(kindOf(settings, GET, Status.NOT_FOUND))
        .as("the service over the channel")
        .isEqualTo(Outcome.Kind.IGNORED);
    assertThat(kindOf(settings, GET, Status.OUT_OF_RANGE))
        .as("the method over the service")
        .isEqualTo(Outcome.Kind.OVERLOAD);
    assertThat(kindOf(settings, new CallKey("other", "a.A", "Get"), Status.NOT_FOUND))
        .as("the platform's own")
        .isEqualTo(Outcome.Kind.SUCCESS);
  }

  private static Outcome.Kind kindOf(
      CircuitBreakerProperties settings, CallKey call, Status status) {
    return settings.tableOf(call).kindOf(new Outcome(status, new Metadata(), null, false), null, 0);
  }

  @Test
  void wrongSettingsSayWhatWouldBeRight() {
    assertThat(catchThrowable(() -> BreakerBench.settings("fair-budget", "-1ms")))
        .hasRootCauseInstanceOf(SettingException.class)
        .hasRootCauseMessage(
            "fair-budget: -1ms (expected: 0s to count every expired call, or a positive duration"
                + " such as 50ms, platform.circuitbreaker.fair-budget)");
    assertThat(
            catchThrowable(
                () -> BreakerBench.settings("methods[Get].outcomes.not-found", "failure")))
        .hasRootCauseMessage(
            "methods[Get]: Get (expected: a method \"[pkg.Service/Method]\" or a service"
                + " \"[pkg.Service/*]\", with quotes and brackets,"
                + " platform.circuitbreaker.methods[Get])");
  }

  @Test
  void anUnknownPropertyFailsTheStart() {
    runner
        .withPropertyValues("platform.circuitbreaker.granularty=channel")
        .run(
            context ->
                assertThat(context.getStartupFailure())
                    .rootCause()
                    .hasMessageContaining("platform.circuitbreaker.granularty"));
  }
}
