package io.grpcplatform.async;

import io.grpcplatform.async.CallLists.Old;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets calls that ended long ago, a bounded number at a time, once a minute. */
final class CallRetention {

  private static final int AT_ONCE = 500;
  private static final long MINUTE = 60_000;

  private static final Logger log = LoggerFactory.getLogger(CallRetention.class);

  private final CallLists lists;
  private final CallTransactions transactions;
  private final long over;
  private final long dead;
  private final LongSupplier now;
  private volatile long next;

  CallRetention(
      CallLists lists,
      CallTransactions transactions,
      Duration over,
      Duration dead,
      LongSupplier now) {
    this.lists = lists;
    this.transactions = transactions;
    this.over = over.toMillis();
    this.dead = dead.toMillis();
    this.now = now;
    this.next = now.getAsLong() + MINUTE;
  }

  /** Removes some where it is time; whether there may be more. */
  boolean remove() {
    long time = now.getAsLong();
    if (time < next) {
      return false;
    }
    if (transactions.run(() -> remove(time)) == AT_ONCE) {
      return true;
    }
    next = time + MINUTE;
    return false;
  }

  private int remove(long time) {
    List<Old> old = lists.old(time - over, time - dead, AT_ONCE);
    lists.remove(old);
    Map<String, Long> untold =
        old.stream()
            .filter(each -> !each.told())
            .collect(Collectors.groupingBy(Old::method, Collectors.counting()));
    CallTransactions.afterCommit(
        () ->
            untold.forEach(
                (method, calls) ->
                    log.warn(
                        "{} calls of {} are forgotten whose end nobody has heard of: no listener"
                            + " returned, or no carrier took the result",
                        calls,
                        method)));
    return old.size();
  }
}
