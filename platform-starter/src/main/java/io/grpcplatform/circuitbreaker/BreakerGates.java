package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.grpcplatform.CallClock;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The gates of all breakers in use, by the breaker's name. Each stays for good, whatever breaker is
 * behind it: permits and the growing open time live here.
 *
 * <p>Threading: safe; one breaker is replaced at a time.
 */
final class BreakerGates {

  /** Where breakers come from. */
  @FunctionalInterface
  interface Breakers {

    /** Finds or makes the breaker of a name. */
    CircuitBreaker of(String name);

    /** Settings that a breaker should have by now and has not; else null. */
    default @Nullable CircuitBreakerConfig changed(String name) {
      return null;
    }
  }

  private final Breakers breakers;
  private final CircuitBreakerRegistry registry;
  private final CallClock clock;
  private final Consumer<String> connect;
  private final Map<String, BreakerGate> gates = new ConcurrentHashMap<>();

  /**
   * No gates yet.
   *
   * @param connect ends the wait of the named channel for its next connection attempt
   */
  BreakerGates(
      Breakers breakers,
      CircuitBreakerRegistry registry,
      CallClock clock,
      Consumer<String> connect) {
    this.breakers = breakers;
    this.registry = registry;
    this.clock = clock;
    this.connect = connect;
    registry.getEventPublisher().onEntryReplaced(event -> replaced(event.getNewEntry()));
  }

  /** The gate of a name, with a breaker of the settings that hold now. */
  BreakerGate of(String name, String channel) {
    BreakerGate gate =
        gates.computeIfAbsent(
            name,
            absent -> new BreakerGate(breakers.of(name), clock, () -> connect.accept(channel)));
    renew(name, gate);
    return gate;
  }

  /** The gates that a channel's calls have been through so far, by the breaker's name. */
  SortedMap<String, BreakerGate> ofChannel(String channel) {
    SortedMap<String, BreakerGate> found = new TreeMap<>();
    gates.forEach(
        (name, gate) -> {
          if (name.equals(channel) || name.startsWith(channel + ":")) {
            found.put(name, gate);
          }
        });
    return found;
  }

  /** Replaces each breaker whose settings have changed. */
  void renew() {
    gates.forEach(this::renew);
  }

  private synchronized void renew(String name, BreakerGate gate) {
    CircuitBreakerConfig settings = breakers.changed(name);
    if (settings != null) {
      CircuitBreaker next = gate.successor(settings);
      registry.replace(name, next);
      gate.replace(next);
    }
  }

  private void replaced(CircuitBreaker replacement) {
    BreakerGate gate = gates.get(replacement.getName());
    if (gate != null) {
      gate.replace(replacement);
    }
  }
}
