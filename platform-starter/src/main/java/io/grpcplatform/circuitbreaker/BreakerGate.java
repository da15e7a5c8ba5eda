package io.grpcplatform.circuitbreaker;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.Refusal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One resilience4j breaker whose permits know the state that gave them.
 *
 * <p>resilience4j has no permit token: a result or a release counts for whatever state the breaker
 * is in when it arrives, so calls admitted while closed would decide the verdict of a later
 * half-open state, or add permits to it. A permit here is the object that holds the numbers of the
 * state which admitted the call; resilience4j makes a new one with every state but OPEN, which
 * keeps its predecessor's, and with every reset. A result is passed on only while that object is
 * still the breaker's and the breaker has not opened.
 *
 * <p>Threading: safe. One race remains: a thread that is held up between the check and the report
 * for longer than the breaker stays open, counts in the next half-open state.
 */
final class BreakerGate {

  /** How long before a breaker half-opens its channel is told to connect, at most. */
  private static final long CONNECT_AHEAD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CallClock clock;
  private final Runnable connect;
  private final OpenTime openTime = new OpenTime();
  private volatile CircuitBreaker breaker;
  private volatile @Nullable Object probing;
  private volatile @Nullable Successor successor;

  /** A breaker that is to follow, and the state that it was put into. */
  private record Successor(CircuitBreaker breaker, State state) {}

  /**
   * A gate.
   *
   * @param connect ends the wait for the channel's next connection attempt; runs shortly before the
   *     breaker half-opens, and again when it does
   */
  BreakerGate(CircuitBreaker breaker, CallClock clock, Runnable connect) {
    this.breaker = breaker;
    this.clock = clock;
    this.connect = connect;
  }

  String name() {
    return breaker.getName();
  }

  State state() {
    return breaker.getState();
  }

  /** The breaker of this moment. */
  CircuitBreaker breaker() {
    return breaker;
  }

  /** How long it will go on to refuse every call; null where it is not open. */
  @Nullable Duration openFor() {
    CircuitBreaker current = breaker;
    return current.getState() == State.OPEN ? openTime.remaining(current) : null;
  }

  /**
   * Another breaker of the same name in the state of this one, not in use yet. Its window begins
   * anew, and so do the probes of a half-open state; an open state keeps what is left of it, and
   * how manieth in a row it is.
   */
  CircuitBreaker successor(CircuitBreakerConfig settings) {
    CircuitBreaker old = breaker;
    noteOpening(old);
    CircuitBreaker next = CircuitBreaker.of(old.getName(), settings, old.getTags());
    carry(old, old.getState(), next);
    return next;
  }

  private void carry(CircuitBreaker old, State state, CircuitBreaker next) {
    boolean probed = probing == old.getMetrics();
    openTime.carry(state, next);
    if (probed && next.getState() == State.HALF_OPEN) {
      probing = next.getMetrics();
    }
    successor = new Successor(next, state);
  }

  /** Goes on with another breaker of the same name; permits of the one before count no more. */
  void replace(CircuitBreaker replacement) {
    CircuitBreaker old = breaker;
    breaker = replacement;
    if (old == replacement) {
      return;
    }
    // A result, or an operator, may have changed the old one's state since it was carried over.
    Successor carried = successor;
    State last = old.getState();
    if (carried != null && carried.breaker() == replacement && carried.state() != last) {
      noteOpening(old);
      carry(old, last, replacement);
    }
    successor = null;
    if (old.getCircuitBreakerConfig().isAutomaticTransitionFromOpenToHalfOpenEnabled()) {
      // Else its timers would open and half-open it by turns, for ever.
      old.transitionToDisabledState();
    }
  }

  /** Asks for a permit, which is to be given back once: by a result, or by {@link #release}. */
  Object admit() throws Refusal {
    CircuitBreaker current = breaker;
    if (!current.tryAcquirePermission()) {
      throw refusal(current);
    }
    // Read after the permit: the first probe is what turns OPEN into HALF_OPEN.
    Object permit = current.getMetrics();
    if (current.getState() == State.HALF_OPEN && probing != permit) {
      probing = permit;
      connect.run();
    }
    return permit;
  }

  void success(Object permit, long nanos) {
    CircuitBreaker current = breaker;
    if (counts(current, permit)) {
      current.onSuccess(nanos, TimeUnit.NANOSECONDS);
      noteOpening(current);
    }
  }

  void failure(Object permit, long nanos, Status.Code code) {
    CircuitBreaker current = breaker;
    if (counts(current, permit)) {
      current.onError(nanos, TimeUnit.NANOSECONDS, StatusFailure.of(code));
      noteOpening(current);
    }
  }

  void release(Object permit) {
    CircuitBreaker current = breaker;
    if (counts(current, permit)) {
      current.releasePermission();
    }
  }

  /** Counts a stream that was let in long ago and still works; never while half-open. */
  void sample(Object permit) {
    if (breaker.getState() != State.HALF_OPEN) {
      success(permit, 0);
    }
  }

  /** Counts a stream that had opened and has failed; never while half-open. */
  void failedSample(Object permit, Status.Code code) {
    if (breaker.getState() != State.HALF_OPEN) {
      failure(permit, 0, code);
    }
  }

  private void noteOpening(CircuitBreaker current) {
    if (current.getState() != State.OPEN) {
      return;
    }
    long wait = openTime.note(current, probing);
    if (wait > 0) {
      // A channel that has lost its connection fails every call until it has a new one, also while
      // it is connecting: a probe that had to start the attempt would not wait for it.
      clock.schedule(connect, wait - Math.min(CONNECT_AHEAD_NANOS, wait / 2));
    }
  }

  private static boolean counts(CircuitBreaker current, Object permit) {
    return current.getMetrics() == permit && current.getState() != State.OPEN;
  }

  private Refusal refusal(CircuitBreaker current) {
    State state = current.getState();
    noteOpening(current);
    return new Refusal(
        Refusal.Reason.CIRCUIT_OPEN,
        "The circuit breaker "
            + current.getName()
            + " is "
            + state
            + " (resilience4j.circuitbreaker.instances["
            + current.getName()
            + "], configs.grpc)",
        state == State.OPEN ? openTime.remaining(current) : null);
  }
}
