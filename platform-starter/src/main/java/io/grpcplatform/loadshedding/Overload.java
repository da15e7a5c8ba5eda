package io.grpcplatform.loadshedding;

import io.grpcplatform.Refusal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The refusals of an overloaded pool, made beforehand: each priority's is renewed at most ten times
 * a second, with the numbers of that moment and with another time to come back, so that callers do
 * not return all at once.
 *
 * <p>Threading: safe.
 */
final class Overload {

  private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int LEAST_MILLIS = 250;
  private static final int MOST_MILLIS = 750;

  private record Made(Refusal refusal, long at) {}

  private final AtomicReferenceArray<Made> made =
      new AtomicReferenceArray<>(Priority.values().length);
  private final LoadGate gate;
  private final Supplier<? extends RandomGenerator> random;

  /** The refusals of the calls that {@code gate} sheds. */
  Overload(LoadGate gate, Supplier<? extends RandomGenerator> random) {
    this.gate = gate;
    this.random = random;
  }

  Refusal refusal(Priority priority, long now) {
    Made last = made.get(priority.rank());
    if (last == null || now - last.at() > FRESH) {
      last = new Made(make(priority), now);
      made.set(priority.rank(), last);
    }
    return last.refusal();
  }

  private Refusal make(Priority priority) {
    return new Refusal(
        Refusal.Reason.OVERLOADED,
        "This replica is busy with "
            + gate.inFlight()
            + " calls in flight, its limit is "
            + gate.limit()
            + " now (platform.loadshedding.max-limit) and "
            + priority.word()
            + " calls may use their share of it (platform.loadshedding.priorities."
            + priority.word()
            + ")",
        Duration.ofMillis(random.get().nextInt(LEAST_MILLIS, MOST_MILLIS)));
  }
}
