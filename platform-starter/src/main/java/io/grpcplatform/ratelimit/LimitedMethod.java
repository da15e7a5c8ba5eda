package io.grpcplatform.ratelimit;

import io.grpcplatform.CallHook;
import io.grpcplatform.CallStart;
import io.grpcplatform.Refusal;
import io.grpcplatform.StagePlan;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets the calls of one method pass at their turnstile or refuses them. A call whose messages are
 * not paced costs nothing more: no hook, no object.
 *
 * @param turnstiles where a call has to pass
 * @param paced whether the messages of its streams pass there as well
 * @param message what a refused caller is told
 */
record LimitedMethod(
    Function<CallStart, Turnstile> turnstiles,
    boolean paced,
    String message,
    LimitCounters counters)
    implements StagePlan {

  @Override
  public @Nullable CallHook begin(CallStart call) throws Refusal {
    Turnstile turnstile = turnstiles.apply(call);
    long wait = turnstile.enter(paced);
    while (wait == Turnstile.GONE) {
      Thread.onSpinWait(); // Forgotten this very moment; the next look-up makes another.
      turnstile = turnstiles.apply(call);
      wait = turnstile.enter(paced);
    }
    if (wait > 0) {
      counters.refused();
      throw new Refusal(Refusal.Reason.RATE_LIMITED, message, roundedUp(wait));
    }
    counters.allowed();
    return paced ? new PacedStream(turnstile, call.control(), counters) : null;
  }

  private static Duration roundedUp(long nanos) {
    long milli = TimeUnit.MILLISECONDS.toNanos(1);
    return Duration.ofMillis((nanos + milli - 1) / milli);
  }
}
