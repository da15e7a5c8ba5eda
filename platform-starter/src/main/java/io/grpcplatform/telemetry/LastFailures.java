package io.grpcplatform.telemetry;

import io.grpc.Status;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import java.net.SocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The last calls that did not end with OK: when, which, how, and who was at the other end. Nothing
 * of what they said: no description, no metadata, no message.
 *
 * <p>Those that failed are kept apart from those that a platform refused here, such as the hundreds
 * that an open breaker refuses because of a few that failed, and from those that ended so by their
 * caller's fault or wish: each would else push the others out. A call that ends with OK costs
 * nothing here; another one costs an object and a counter.
 *
 * <p>Threading: safe, without a lock.
 */
final class LastFailures {

  /** How many of each are kept. */
  static final int KEPT = 20;

  private final InstantSource time;
  private final Ring failed = new Ring();
  private final Ring refused = new Ring();
  private final Ring others = new Ring();

  /**
   * One call.
   *
   * @param refusal why a platform refused it, here or at the other end; null where none did
   * @param peer null where nobody knows
   */
  record Failure(
      long number,
      Instant at,
      Side side,
      CallKey key,
      Status.Code code,
      Refusal.@Nullable Reason refusal,
      long nanos,
      @Nullable String traceId,
      @Nullable SocketAddress peer) {}

  private static final class Ring {
    private final AtomicLong count = new AtomicLong();
    private final AtomicReferenceArray<@Nullable Failure> slots = new AtomicReferenceArray<>(KEPT);

    List<Failure> latest() {
      List<Failure> found = new ArrayList<>(KEPT);
      for (int i = 0; i < KEPT; i++) {
        Failure failure = slots.get(i);
        if (failure != null) {
          found.add(failure);
        }
      }
      found.sort((one, other) -> Long.compare(other.number(), one.number()));
      return found;
    }
  }

  LastFailures(InstantSource time) {
    this.time = time;
  }

  /** Takes a call down that has not ended with OK. */
  void add(Side side, CallKey key, Outcome outcome, long nanos, @Nullable String traceId) {
    Refusal refusal = outcome.refusal();
    Ring ring = refusal != null ? refused : failed(outcome) ? failed : others;
    long number = ring.count.getAndIncrement();
    ring.slots.set(
        (int) (number % KEPT),
        new Failure(
            number,
            time.instant(),
            side,
            key,
            outcome.status().getCode(),
            side.refusal(outcome),
            nanos,
            traceId,
            outcome.peer()));
  }

  private static boolean failed(Outcome outcome) {
    boolean givenUp = outcome.local() && outcome.status().getCode() == Status.Code.CANCELLED;
    return !givenUp && outcome.kind() != Outcome.Kind.SUCCESS;
  }

  /** The latest first. */
  List<Failure> failed() {
    return failed.latest();
  }

  /** Those that a platform refused here, the latest first. */
  List<Failure> refused() {
    return refused.latest();
  }

  /** Those that ended by their caller's fault or wish, the latest first. */
  List<Failure> others() {
    return others.latest();
  }
}
