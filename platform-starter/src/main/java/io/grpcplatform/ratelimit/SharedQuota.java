package io.grpcplatform.ratelimit;

import io.grpcplatform.CallClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One process's part of a limit that several share. No call waits for the store: a process uses
 * what the store has granted it beforehand, as much as it lately used in one interval; beyond that
 * it uses what the store had left at the last settlement, and owes it. What is owed is counted at
 * the next settlement without asking, so that over time the sum is right, however the load is
 * spread. While the store is away the process keeps a limit of its own.
 *
 * <p>Threading: safe; answers come on other threads.
 */
final class SharedQuota implements Quota {

  /** Grants that were not used in so many intervals are gone: their time is over. */
  private static final int KEPT_INTERVALS = 5;

  private static final long LONGEST_PAUSE = Duration.ofSeconds(1).toNanos();
  private static final int CREDIT_PART_OF_WINDOW = 20;
  private static final long IN_FLIGHT = 1_000_000;

  private final String name;
  private final TokenStore store;
  private final CallClock clock;
  private final long interval;
  private final int fallbackPercent;
  private final Quota local;
  private RateLimit limit;
  private int comeback = -1;
  private long stock;
  private long stockUntil;
  private long credit;
  private long owed;
  private long asked;
  private long settledAt;
  private long settleFrom;
  private long usedAt;
  private boolean settling;

  SharedQuota(
      String name,
      RateLimit limit,
      TokenStore store,
      CallClock clock,
      RateLimitProperties.Redis settings) {
    this.name = name;
    this.store = store;
    this.clock = clock;
    this.interval = settings.interval().toNanos();
    this.fallbackPercent = settings.fallbackPercent();
    this.limit = shareable(limit);
    this.local = Turnstiles.local(fallback(limit), clock.nanoTime());
    this.usedAt = clock.nanoTime();
  }

  /** A bucket must hold what comes between two settlements, or it would overflow. */
  private RateLimit shareable(RateLimit own) {
    if (own.algorithm() == RateLimit.Algorithm.SLIDING_WINDOW) {
      return own;
    }
    long between = 2 * interval / own.parsed().nanosForOne() + 1;
    return own.withBurst((int) Math.min(RateLimit.MOST, Math.max(own.burst(), between)));
  }

  private RateLimit fallback(RateLimit own) {
    Rate rate = own.parsed();
    Rate part = new Rate(Math.max(1, rate.amount() * fallbackPercent / 100), rate.unit());
    int burst = (int) Math.max(1, (long) own.burst() * fallbackPercent / 100);
    return new RateLimit(part.toString(), burst, own.per(), own.algorithm());
  }

  @Override
  public boolean take(long now) {
    return store.there() ? takeShared(now) : local.take(now);
  }

  private synchronized boolean takeShared(long now) {
    if (comeback != store.comeback()) {
      begin(now);
    }
    usedAt = now;
    asked++;
    boolean granted = stock > 0 && stockUntil - now > 0;
    boolean taken = granted || credit > 0;
    if (granted) {
      stock--;
    } else if (taken) {
      credit--;
      owed++;
    }
    if (!settling && now - settleFrom >= 0) {
      settle(now);
    }
    return taken;
  }

  /** Nothing is known of the store: as if nobody had used anything of the limit. */
  private void begin(long now) {
    comeback = store.comeback();
    stock = 0;
    owed = 0;
    asked = 0;
    settling = false;
    settledAt = now - interval;
    settleFrom = now;
    credit = credit(limit.burst());
  }

  /** What may be used before the next answer, of what the store has left. */
  private long credit(long left) {
    // A bucket remembers what was used too much; a window forgets it with the rest.
    return limit.algorithm() == RateLimit.Algorithm.SLIDING_WINDOW
        ? Math.min(left, Math.max(1, limit.parsed().amount() / CREDIT_PART_OF_WINDOW))
        : left;
  }

  private void settle(long now) {
    long since = Math.max(interval, now - settledAt);
    long demand = (long) ((double) asked * interval / since);
    long perInterval = 2 * interval / limit.parsed().nanosForOne() + 1;
    long kept = stockUntil - now > 0 ? stock : 0;
    long wanted = Math.max(0, Math.min(demand, perInterval) - kept);
    long settled = owed;
    int asking = comeback;
    settling = true;
    settledAt = now;
    asked = 0;
    owed = 0;
    stock = kept;
    store
        .settle(name, limit, settled, wanted)
        .whenComplete((answer, failed) -> settled(asking, answer));
  }

  private synchronized void settled(int asking, TokenStore.@Nullable Answer answer) {
    if (asking != comeback) {
      return;
    }
    settling = false;
    if (answer == null) {
      return;
    }
    long now = clock.nanoTime();
    if (answer.granted() > 0) {
      stock += answer.granted();
      stockUntil = now + KEPT_INTERVALS * interval;
    }
    credit = Math.max(0, credit(answer.left()) - owed);
    boolean closed = answer.granted() == 0 && answer.left() == 0;
    settleFrom =
        closed
            ? now + Math.min(LONGEST_PAUSE, Math.max(interval, answer.waitNanos()))
            : settledAt + interval;
  }

  @Override
  public long waitNanos(long now) {
    if (!store.there()) {
      return local.waitNanos(now);
    }
    synchronized (this) {
      boolean some = credit > 0 || (stock > 0 && stockUntil - now > 0);
      return some ? 0 : settling ? IN_FLIGHT : Math.max(IN_FLIGHT, settleFrom - now);
    }
  }

  /** Until when it can be given back: as long as a grant is kept. */
  @Override
  public long receipt(long now) {
    return store.there() ? now + KEPT_INTERVALS * interval : now;
  }

  @Override
  public synchronized void giveBack(long receipt, long now) {
    if (receipt - now > 0 && store.there()) {
      stock = stockUntil - now > 0 ? stock + 1 : 1;
      stockUntil = Math.max(stockUntil, receipt);
    }
  }

  @Override
  public synchronized boolean untouched(long now) {
    Rate rate = limit.parsed();
    long memory =
        limit.algorithm() == RateLimit.Algorithm.SLIDING_WINDOW
            ? 2 * rate.unit().toNanos()
            : rate.nanosForOne() * limit.burst();
    return !settling
        && owed == 0
        && now - usedAt > Math.max(LONGEST_PAUSE, memory)
        && local.untouched(now);
  }

  @Override
  public synchronized void retune(RateLimit next, long now) {
    limit = shareable(next);
    local.retune(fallback(next), now);
    settleFrom = now;
  }
}
