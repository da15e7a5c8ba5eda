package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.common.CompositeCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CircuitBreakerConfigCustomizer;
import io.github.resilience4j.springboot3.circuitbreaker.autoconfigure.CircuitBreakerProperties;
import io.grpc.Status;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.Refusal;
import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** resilience4j's own settings, changed while the application runs: the state stays. */
final class LiveBreakersTest {

  private static final String NAME = "payment:shop.v1.Shop";

  private final TestClock clock = new TestClock();

  /** The breakers of an application that has started with some settings. */
  private final class Running {
    final CircuitBreakerRegistry registry =
        CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
    Consumer<CircuitBreaker> meanwhile = old -> {};
    final LiveSettings settings = new LiveSettings();
    final BreakerGates gates;
    final BreakerGate gate;

    Running() {
      var start = bound("configs.grpc.minimum-number-of-calls", "4");
      GrpcBreakerDefaults.contribute(start);
      registry.getEventPublisher().onEntryReplaced(event -> meanwhile.accept(event.getOldEntry()));
      ConfiguredBreakers breakers =
          new ConfiguredBreakers(
              registry,
              start,
              new CompositeCustomizer<>(
                  List.of(
                      CircuitBreakerConfigCustomizer.of("grpc", builder -> builder.clock(clock)))));
      gates = new BreakerGates(breakers, registry, clock.calls, channel -> {});
      breakers.follow(settings, gates::renew);
      gate = gates.of(NAME, "payment");
    }

    CircuitBreaker breaker() {
      return registry.circuitBreaker(NAME);
    }

    void change(String... pairs) {
      settings.apply(Map.of(live(), bound(pairs)));
    }

    Live<?> live() {
      return settings.all().iterator().next();
    }

    void fail(int calls) throws Refusal {
      for (int i = 0; i < calls; i++) {
        gate.failure(gate.admit(), 0, Status.Code.UNAVAILABLE);
      }
    }

    Duration openFor() {
      Refusal refused = catchThrowableOfType(Refusal.class, gate::admit);
      return refused.retryAfter();
    }
  }

  private static CircuitBreakerProperties bound(String... pairs) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put("resilience4j.circuitbreaker." + pairs[i], pairs[i + 1]);
    }
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("resilience4j.circuitbreaker", CircuitBreakerProperties.class);
  }

  private void running(Step<Running> test) throws Exception {
    test.accept(new Running());
  }

  /** What one test does. */
  private interface Step<T> {
    void accept(T running) throws Exception;
  }

  @Test
  void newThresholdsHoldForTheNextCalls() throws Exception {
    running(
        app -> {
          CircuitBreaker before = app.breaker();
          app.change("configs.grpc.minimum-number-of-calls", "2");

          app.fail(2);

          assertThat(app.breaker()).isNotSameAs(before);
          assertThat(app.breaker().getCircuitBreakerConfig().getMinimumNumberOfCalls())
              .isEqualTo(2);
          assertThat(app.breaker().getState()).isEqualTo(State.OPEN);
        });
  }

  @Test
  void anOpenBreakerStaysOpenForWhatIsLeft() throws Exception {
    running(
        app -> {
          app.fail(4);
          clock.advance(Duration.ofMillis(1_700));

          app.change("configs.grpc.failure-rate-threshold", "33");

          assertThat(app.breaker().getState()).isEqualTo(State.OPEN);
          assertThat(app.openFor()).isEqualTo(Duration.ofMillis(3_300));
          clock.advance(Duration.ofMillis(3_301));
          app.gate.admit();
          assertThat(app.breaker().getState()).isEqualTo(State.HALF_OPEN);
        });
  }

  @Test
  void theOpenTimeGrowsOnThroughChanges() throws Exception {
    running(
        app -> {
          app.fail(4);
          clock.advance(Duration.ofMillis(5_001));
          app.fail(3);
          assertThat(app.openFor()).isEqualTo(Duration.ofSeconds(10));
          app.change("configs.grpc.minimum-number-of-calls", "5");
          clock.advance(Duration.ofMillis(10_001));
          app.gate.release(app.gate.admit());
          app.change("configs.grpc.minimum-number-of-calls", "6");
          assertThat(app.breaker().getState()).isEqualTo(State.HALF_OPEN);

          app.fail(3);

          assertThat(app.openFor()).as("the third in a row").isEqualTo(Duration.ofSeconds(20));
          clock.advance(Duration.ofMillis(19_999));
          assertThat(app.openFor()).isEqualTo(Duration.ofMillis(1));
          clock.advance(Duration.ofMillis(2));
          app.gate.admit();
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"CLOSED", "FORCED_OPEN", "DISABLED", "METRICS_ONLY", "HALF_OPEN"})
  void everyOtherStateStaysToo(State state) throws Exception {
    running(
        app -> {
          switch (state) {
            case FORCED_OPEN -> app.breaker().transitionToForcedOpenState();
            case DISABLED -> app.breaker().transitionToDisabledState();
            case METRICS_ONLY -> app.breaker().transitionToMetricsOnlyState();
            case HALF_OPEN -> {
              app.breaker().transitionToForcedOpenState();
              app.breaker().transitionToHalfOpenState();
            }
            default -> {}
          }
          CircuitBreaker before = app.breaker();

          app.change("configs.grpc.minimum-number-of-calls", "9");

          assertThat(app.breaker()).isNotSameAs(before);
          assertThat(app.breaker().getState()).isEqualTo(state);
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"OPEN", "FORCED_OPEN"})
  void aStateThatChangesMeanwhileIsNotLost(State state) throws Exception {
    running(
        app -> {
          app.meanwhile =
              old -> {
                if (state == State.OPEN) {
                  old.transitionToOpenState();
                } else {
                  old.transitionToForcedOpenState();
                }
              };

          app.change("configs.grpc.minimum-number-of-calls", "9");

          assertThat(app.breaker().getState()).isEqualTo(state);
          assertThat(app.gate.state()).isEqualTo(state);
        });
  }

  @Test
  void permitsInFlightStayWithTheBreakerThatGaveThem() throws Exception {
    running(
        app -> {
          app.fail(4);
          clock.advance(Duration.ofMillis(5_001));
          Object one = app.gate.admit();
          Object two = app.gate.admit();
          Object three = app.gate.admit();

          app.change("configs.grpc.permitted-number-of-calls-in-half-open-state", "2");
          app.gate.success(one, 0);
          app.gate.failure(two, 0, Status.Code.UNAVAILABLE);
          app.gate.release(three);

          assertThat(app.breaker().getMetrics().getNumberOfBufferedCalls()).isZero();
          app.gate.admit();
          app.gate.admit();
          assertThat(app.openFor()).as("half-open, and no permit left").isNull();
          assertThat(app.breaker().getState()).isEqualTo(State.HALF_OPEN);
        });
  }

  @Test
  void breakersWhoseSettingsStayAreLeftAlone() throws Exception {
    running(
        app -> {
          CircuitBreaker ours = app.breaker();
          CircuitBreaker theirs = app.registry.circuitBreaker("theirs");

          app.change(
              "configs.grpc.minimum-number-of-calls", "4",
              "instances.orders.minimum-number-of-calls", "8",
              "instances.theirs.minimum-number-of-calls", "70");

          assertThat(app.breaker()).isSameAs(ours);
          assertThat(app.registry.circuitBreaker("theirs")).isSameAs(theirs);
        });
  }

  @Test
  void anInstanceThatAppearsReachesItsServices() throws Exception {
    running(
        app -> {
          app.change(
              "configs.grpc.minimum-number-of-calls", "4",
              "instances.payment.failure-rate-threshold", "80",
              "instances.payment.register-health-indicator", "true");

          assertThat(app.breaker().getCircuitBreakerConfig().getFailureRateThreshold())
              .isEqualTo(80);
          assertThat(app.breaker().getCircuitBreakerConfig().getMinimumNumberOfCalls())
              .isEqualTo(4);
          app.change("configs.grpc.minimum-number-of-calls", "4");
          assertThat(app.breaker().getCircuitBreakerConfig().getFailureRateThreshold())
              .isEqualTo(50);
        });
  }

  @Test
  void theSettingsOfTheStartCanComeBack() throws Exception {
    running(
        app -> {
          Object start = app.live().get();
          app.change("configs.grpc.minimum-number-of-calls", "77");

          app.settings.apply(Map.of(app.live(), start));

          assertThat(app.breaker().getCircuitBreakerConfig().getMinimumNumberOfCalls())
              .isEqualTo(4);
        });
  }

  @Test
  void aBreakerMadeAfterAChangeHasTheNewSettings() throws Exception {
    running(
        app -> {
          app.change("configs.grpc.minimum-number-of-calls", "3");

          BreakerGate later = app.gates.of("orders:x.v1.X", "orders");

          assertThat(later.state()).isEqualTo(State.CLOSED);
          assertThat(
                  app.registry
                      .circuitBreaker("orders:x.v1.X")
                      .getCircuitBreakerConfig()
                      .getMinimumNumberOfCalls())
              .isEqualTo(3);
        });
  }

  @ParameterizedTest
  @CsvSource({
    "instances.payment.base-config, strict, resilience4j.circuitbreaker.instances.payment.base-config",
    "instances[payment:shop.v1.Shop].base-config, x,"
        + " resilience4j.circuitbreaker.instances[payment:shop.v1.Shop].base-config",
    "configs.grpc.base-config, grpc, resilience4j.circuitbreaker.configs.grpc.base-config",
  })
  void aWrongSettingIsRefusedByItsName(String leaf, String value, String property)
      throws Exception {
    running(
        app -> {
          CircuitBreaker before = app.breaker();

          SettingException refused =
              catchThrowableOfType(SettingException.class, () -> app.change(leaf, value));

          assertThat(refused.property()).isEqualTo(property);
          assertThat(app.breaker()).isSameAs(before);
        });
  }

  @Test
  void twoWaysToGrowAtOnceAreRefused() throws Exception {
    running(
        app -> {
          SettingException refused =
              catchThrowableOfType(
                  SettingException.class,
                  () ->
                      app.change(
                          "instances.payment.enable-exponential-backoff", "true",
                          "instances.payment.enable-randomized-wait", "true"));

          assertThat(refused)
              .hasMessage(
                  "enable-randomized-wait: true (expected: false where enable-exponential-backoff is"
                      + " true, resilience4j.circuitbreaker.instances.payment"
                      + ".enable-randomized-wait)");
        });
  }

  @Test
  void anAbandonedBreakersTimersDoNotGoOn() throws Exception {
    running(
        app -> {
          app.change("configs.grpc.automatic-transition-from-open-to-half-open-enabled", "true");
          CircuitBreaker before = app.breaker();
          before.transitionToOpenState();

          app.change("configs.grpc.minimum-number-of-calls", "5");

          assertThat(before.getState()).isEqualTo(State.DISABLED);
          assertThat(app.breaker().getState()).isEqualTo(State.OPEN);
        });
  }
}
