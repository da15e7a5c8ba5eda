package io.grpcplatform.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.springboot3.circuitbreaker.autoconfigure.CircuitBreakerProperties;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Snapshots of settings that another library declares, as beans with setters. */
class LiveBindingTest {

  private final Live<CircuitBreakerProperties> live =
      new LiveSettings().add(CircuitBreakerProperties.class, new CircuitBreakerProperties());
  private final LiveBinding binding = new LiveBinding(new ApplicationConversionService());

  private CircuitBreakerProperties bind(Map<String, Object> properties) {
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("test", properties));
    return binding.bind(live, environment);
  }

  @Test
  void bindsTheBreakersOwnPropertiesAnew() {
    assertThat(LiveBinding.prefixOf(live)).hasToString("resilience4j.circuitbreaker");

    CircuitBreakerProperties bound =
        bind(
            Map.of(
                "resilience4j.circuitbreaker.configs.grpc.failure-rate-threshold",
                "40",
                "resilience4j.circuitbreaker.instances[payment:pkg.Service].slow-call-duration-threshold",
                "${slow:3s}"));

    assertThat(bound.getConfigs().get("grpc").getFailureRateThreshold()).isEqualTo(40f);
    assertThat(bound.getInstances().get("payment:pkg.Service").getSlowCallDurationThreshold())
        .isEqualTo(Duration.ofSeconds(3));
    assertThat(live.get().getConfigs()).as("the snapshot that holds").isEmpty();
    assertThat(bind(Map.of()).getConfigs()).isEmpty();
  }

  @Test
  void tellsWhichOfTheBreakersPropertiesIsWrong() {
    assertThatThrownBy(
            () ->
                bind(
                    Map.of(
                        "resilience4j.circuitbreaker.configs.grpc.failure-rate-threshold", "all")))
        .isInstanceOfSatisfying(
            BindException.class,
            refused ->
                assertThat(new BindingFailureAnalyzer().explain(refused))
                    .hasMessage(
                        "failure-rate-threshold: all (expected: a number,"
                            + " resilience4j.circuitbreaker.configs.grpc.failure-rate-threshold)"));
  }

  @Test
  void tellsWhichOfTheBreakersValuesIsOutOfRange() {
    assertThatThrownBy(
            () ->
                bind(
                    Map.of(
                        "resilience4j.circuitbreaker.instances[payment:pkg.Service]"
                            + ".failure-rate-threshold",
                        "150",
                        "resilience4j.circuitbreaker.configs.grpc.failure-rate-threshold",
                        "40")))
        .isInstanceOfSatisfying(
            BindException.class,
            refused ->
                assertThat(new BindingFailureAnalyzer().explain(refused))
                    .hasMessage(
                        "instances[payment:pkg.Service].failure-rate-threshold: 150 (expected: another"
                            + " value: failureRateThreshold must be between 1 and 100,"
                            + " resilience4j.circuitbreaker.instances[payment:pkg.Service]"
                            + ".failure-rate-threshold)"));
  }
}
