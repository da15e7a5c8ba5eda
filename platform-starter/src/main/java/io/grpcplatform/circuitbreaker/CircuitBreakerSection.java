package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.EffectiveSetting;
import io.grpcplatform.EffectiveSetting.Origin;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.Live;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The breakers of each channel, and which of them a method's calls go through. */
final class CircuitBreakerSection implements InspectedSection {

  private static final String PREFIX = "platform.circuitbreaker.";

  private final Live<CircuitBreakerProperties> settings;
  private final BreakerGates gates;
  private final ConfiguredBreakers breakers;

  CircuitBreakerSection(
      Live<CircuitBreakerProperties> settings, BreakerGates gates, ConfiguredBreakers breakers) {
    this.settings = settings;
    this.gates = gates;
    this.breakers = breakers;
  }

  @Override
  public String name() {
    return "circuitbreaker";
  }

  @Override
  public Map<String, Object> channel(String name) {
    Map<String, Object> found = new LinkedHashMap<>();
    gates.ofChannel(name).forEach((breaker, gate) -> found.put(breaker, shown(breaker, gate)));
    return found;
  }

  private Map<String, Object> shown(String name, BreakerGate gate) {
    CircuitBreaker breaker = gate.breaker();
    CircuitBreaker.Metrics metrics = breaker.getMetrics();
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("state", breaker.getState().name());
    Duration open = gate.openFor();
    if (open != null) {
      shown.put("tries-again-in", open);
    }
    float rate = metrics.getFailureRate();
    shown.put("failure-rate", rate < 0 ? "unknown, too few calls" : Math.round(rate) + "%");
    shown.put("calls", metrics.getNumberOfBufferedCalls());
    shown.put("failed", metrics.getNumberOfFailedCalls());
    shown.put("refused", metrics.getNumberOfNotPermittedCalls());
    Map<String, Object> decided = new LinkedHashMap<>();
    for (EffectiveSetting setting : decided(name, breaker.getCircuitBreakerConfig())) {
      decided.put(setting.name(), setting);
    }
    shown.put("settings", decided);
    return shown;
  }

  private List<EffectiveSetting> decided(String name, CircuitBreakerConfig config) {
    boolean time = config.getSlidingWindowType() == SlidingWindowType.TIME_BASED;
    return List.of(
        leaf(name, "failureRateThreshold", Math.round(config.getFailureRateThreshold()) + "%"),
        leaf(name, "minimumNumberOfCalls", config.getMinimumNumberOfCalls()),
        leaf(name, "slidingWindowSize", config.getSlidingWindowSize() + (time ? "s" : " calls")),
        leaf(
            name,
            "waitDurationInOpenState",
            Duration.ofMillis(config.getWaitIntervalFunctionInOpenState().apply(1))),
        leaf(
            name,
            "permittedNumberOfCallsInHalfOpenState",
            config.getPermittedNumberOfCallsInHalfOpenState()));
  }

  private EffectiveSetting leaf(String breaker, String leaf, Object value) {
    String property = breakers.decides(breaker, leaf);
    return inherited(property.substring(property.lastIndexOf('.') + 1), value, property);
  }

  private static EffectiveSetting inherited(String name, Object value, String property) {
    return EffectiveSetting.byProperty(name, value, Origin.INHERITED, property);
  }

  @Override
  public List<EffectiveSetting> settings(CallKey key, MethodDescriptor<?, ?> method) {
    CircuitBreakerProperties now = settings.get();
    if (key.channel().isEmpty()) {
      return List.of();
    }
    return List.of(
        now.enabled()
            ? inherited(name(), now.granularity().nameOf(key), PREFIX + "granularity")
            : inherited("enabled", false, PREFIX + "enabled"));
  }
}
