package io.grpcplatform.circuitbreaker;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Live;
import io.grpcplatform.LocalAnswer;
import io.grpcplatform.PacedCall;
import io.grpcplatform.Refusal;
import io.grpcplatform.StagePlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a circuit breaker before each call and tells it how the call went. Runs on the thread that
 * starts the call, and on the call's executor when it ends.
 */
final class CircuitBreakerClientStage implements ClientFeature {

  /** Random numbers of the machine's. */
  static final DoubleSupplier CHANCE = () -> ThreadLocalRandom.current().nextDouble();

  private final Live<CircuitBreakerProperties> settings;
  private final BreakerGates gates;
  private final CallClock clock;
  private final DoubleSupplier chance;
  private final List<OutcomeClassifier> classifiers;
  private final Map<String, LocalAnswer> fallbacks;
  private final Map<String, OverloadThrottle> throttles = new ConcurrentHashMap<>();

  /**
   * The stage.
   *
   * @param chance random numbers from 0 (inclusive) to 1 (exclusive)
   * @throws IllegalArgumentException if a fallback is for a stream, or two are for one method
   */
  CircuitBreakerClientStage(
      Live<CircuitBreakerProperties> settings,
      BreakerGates gates,
      CallClock clock,
      DoubleSupplier chance,
      List<OutcomeClassifier> classifiers,
      List<? extends CircuitBreakerFallback<?, ?>> fallbacks) {
    this.settings = settings;
    this.gates = gates;
    this.clock = clock;
    this.chance = chance;
    this.classifiers = List.copyOf(classifiers);
    this.fallbacks = byMethod(fallbacks);
  }

  private static Map<String, LocalAnswer> byMethod(
      List<? extends CircuitBreakerFallback<?, ?>> fallbacks) {
    Map<String, LocalAnswer> byMethod = new HashMap<>();
    for (CircuitBreakerFallback<?, ?> fallback : fallbacks) {
      MethodDescriptor<?, ?> method = fallback.method();
      if (method.getType() != MethodType.UNARY) {
        throw new IllegalArgumentException(
            fallback.getClass().getName()
                + " answers for "
                + method.getFullMethodName()
                + ", a stream (expected: a unary method)");
      }
      if (byMethod.put(method.getFullMethodName(), answerOf(fallback)) != null) {
        throw new IllegalArgumentException(
            "Two fallbacks answer for "
                + method.getFullMethodName()
                + ", one is "
                + fallback.getClass().getName()
                + " (expected: one per method)");
      }
    }
    return byMethod;
  }

  @SuppressWarnings("unchecked") // the method's own requests, and no others, come to its fallback
  private static <Q, R> LocalAnswer answerOf(CircuitBreakerFallback<Q, R> fallback) {
    return new LocalAnswer(request -> fallback.answer((Q) request), fallback.reportedAsSuccess());
  }

  @Override
  public ClientStage stage() {
    return ClientStage.CIRCUIT_BREAKER;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    CircuitBreakerProperties now = settings.get();
    if (!now.enabled()) {
      return null;
    }
    String name = now.granularity().nameOf(key);
    MethodGate gate =
        new MethodGate(
            gates.of(name, key.channel()),
            new OutcomeReading(key, now.tableOf(key), classifiers),
            now.throttling().enabled() ? throttle(name) : null,
            now.throttling().multiplier(),
            fallbacks.get(key.fullMethodName()));
    return method.getType() == MethodType.UNARY
        ? new UnaryPermits(gate)
        : call -> stream(gate, call);
  }

  /**
   * A stream that its caller opens again and again at a pace of its own is let through where
   * another would be refused: the breaker learns nothing from it then, and it finds the backend
   * again.
   */
  private @Nullable StreamPermit stream(MethodGate gate, CallStart call) throws Refusal {
    Object permit = PacedCall.marked(call.options()) ? gate.admitIfItMay() : gate.admit();
    return permit == null ? null : new StreamPermit(gate, clock, permit, timeGiven(call));
  }

  private OverloadThrottle throttle(String name) {
    return throttles.computeIfAbsent(name, absent -> new OverloadThrottle(clock, chance));
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
