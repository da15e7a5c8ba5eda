package io.grpcplatform.ratelimit;

import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.Caller;
import io.grpcplatform.StagePlan;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the server's and the client's stage have in common: which turnstile the calls of a method
 * pass.
 *
 * <p>Threading: safe.
 */
final class LimitedSide {

  private final String word;
  private final Turnstiles turnstiles;
  private final LimitCounters.Maker counters;
  private final Map<CallKey, Boolean> planned = new ConcurrentHashMap<>();

  /**
   * One side.
   *
   * @param word {@code server} or {@code client}
   */
  LimitedSide(String word, Turnstiles turnstiles, LimitCounters.Maker counters) {
    this.word = word;
    this.turnstiles = turnstiles;
    this.counters = counters;
  }

  /**
   * The plan of a method; null where it has no limit.
   *
   * @param paced whether its calls receive a stream of messages
   * @param callers says whose call it is
   */
  @Nullable StagePlan plan(
      CallKey key,
      MethodLimits limits,
      int most,
      boolean paced,
      Function<CallStart, Caller> callers) {
    planned.put(key, true);
    MethodLimits.Found found = limits.of(key);
    if (found == null) {
      return null;
    }
    String message =
        "Too many calls of "
            + (found.limit().per() == RateLimit.Per.METHOD ? key.fullMethodName() : found.entry())
            + ": allowed are "
            + found.limit().words()
            + " ("
            + found.property()
            + ")";
    return new LimitedMethod(
        turnstiles(key, found, most, callers), paced, message, counters.of(word, key));
  }

  private Function<CallStart, Turnstile> turnstiles(
      CallKey key, MethodLimits.Found found, int most, Function<CallStart, Caller> callers) {
    if (found.limit().per() == RateLimit.Per.METHOD) {
      Turnstile only = turnstiles.ofAll(name(key, key.fullMethodName()), found.limit());
      return call -> only;
    }
    CallerTurnstiles own = turnstiles.ofCallers(name(key, found.entry()), found.limit(), most);
    return found.limit().per() == RateLimit.Per.CALLER
        ? call -> own.of(callers.apply(call).id())
        : call -> own.of(tenant(callers.apply(call)));
  }

  private String name(CallKey key, String what) {
    return word + '|' + key.channel() + '|' + what;
  }

  /** A caller of no tenant is one of its own, which no tenant's name can be taken for. */
  private static String tenant(Caller caller) {
    String tenant = caller.tenant();
    return tenant == null ? caller.id().isEmpty() ? "" : " " + caller.id() : tenant;
  }

  /** Lets changed limits hold for the streams that are open already, too. */
  void retune(MethodLimits limits, int most) {
    for (CallKey key : planned.keySet()) {
      MethodLimits.Found found = limits.of(key);
      if (found != null) {
        turnstiles(key, found, most, call -> new Caller("", null));
      }
    }
  }
}
