package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.StagePlan;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks a circuit breaker before each call and tells it how the call went. Runs on the thread that
 * starts the call, and on the call's executor when it ends.
 */
final class CircuitBreakerClientStage implements ClientFeature {

  private final CircuitBreakerProperties properties;
  private final Function<String, CircuitBreaker> breakers;
  private final CallClock clock;
  private final Consumer<String> connect;
  private final Map<String, BreakerGate> gates = new ConcurrentHashMap<>();

  /**
   * The stage.
   *
   * @param breakers finds or makes the breaker of a name
   * @param connect ends the wait of the named channel for its next connection attempt
   */
  CircuitBreakerClientStage(
      CircuitBreakerProperties properties,
      Function<String, CircuitBreaker> breakers,
      CircuitBreakerRegistry registry,
      CallClock clock,
      Consumer<String> connect) {
    this.properties = properties;
    this.breakers = breakers;
    this.clock = clock;
    this.connect = connect;
    registry.getEventPublisher().onEntryReplaced(event -> replaced(event.getNewEntry()));
  }

  private void replaced(CircuitBreaker replacement) {
    BreakerGate gate = gates.get(replacement.getName());
    if (gate != null) {
      gate.replace(replacement);
    }
  }

  @Override
  public ClientStage stage() {
    return ClientStage.CIRCUIT_BREAKER;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    if (!properties.enabled()) {
      return null;
    }
    String name = properties.granularity().nameOf(key);
    BreakerGate gate =
        gates.computeIfAbsent(
            name,
            absent ->
                new BreakerGate(breakers.apply(name), clock, () -> connect.accept(key.channel())));
    OutcomeTable table = properties.tableOf(key);
    return method.getType() == MethodType.UNARY
        ? new UnaryPermits(gate, table)
        : call -> new StreamPermit(gate, table, clock, gate.admit(), timeGiven(call));
  }

  /**
   * The time a call was given: the earlier of its own deadline and the one it inherits; or null.
   */
  static @Nullable Deadline timeGiven(CallStart call) {
    Deadline own = call.deadline();
    Deadline inherited = Context.current().getDeadline();
    if (own == null || inherited == null) {
      return own == null ? inherited : own;
    }
    return own.minimum(inherited);
  }
}
