package io.grpcplatform.async;

import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how calls ended: those who wait in this process at once, listeners and submitters elsewhere
 * from the table.
 *
 * <p>Threading: safe.
 */
final class CallEnds {

  private static final Logger log = LoggerFactory.getLogger(CallEnds.class);

  private final CallTable table;
  private final CallTransactions transactions;
  private final CallWaiters waiters;
  private final Supplier<List<DurableCallListener>> listeners;
  private final RetryRule retries;
  private final AsyncWatch watch;
  private final LongSupplier now;

  CallEnds(
      CallTable table,
      CallTransactions transactions,
      CallWaiters waiters,
      Supplier<List<DurableCallListener>> listeners,
      RetryRule retries,
      AsyncWatch watch,
      LongSupplier now) {
    this.table = table;
    this.transactions = transactions;
    this.waiters = waiters;
    this.listeners = listeners;
    this.retries = retries;
    this.watch = watch;
    this.now = now;
  }

  private List<DurableCallListener> listeners(String method) {
    return listeners.get().stream()
        .filter(each -> each.method().getFullMethodName().equals(method))
        .toList();
  }

  /** When a call that ends at that time is to be told; null where nobody wants to know. */
  @Nullable Long tellAt(StoredCall call, long time) {
    return call.replyTo() != null || !listeners(call.method()).isEmpty() ? time : null;
  }

  /** A call has ended, and that is committed. */
  void ended(String id) {
    waiters.ended(id);
  }

  /**
   * Tells listeners the end of one call, in one transaction with the note of it.
   *
   * @return false where there was none to tell
   */
  boolean tellNext() {
    StoredCall[] locked = new StoredCall[1];
    try {
      return transactions.run(() -> tell(locked));
    } catch (RuntimeException | Error failed) {
      StoredCall call = locked[0];
      if (call == null) {
        throw failed;
      }
      watch.told(false);
      log.warn("A listener of {} failed and is told again: {}", call.method(), failed.toString());
      log.debug("Why", failed);
      long later = now.getAsLong() + retries.pause(call.tellAttempts() + 1);
      return transactions.run(
          () -> {
            table.tellLater(call, later);
            return true;
          });
    }
  }

  private boolean tell(@Nullable StoredCall[] locked) {
    Set<String> heard =
        listeners.get().stream()
            .map(each -> each.method().getFullMethodName())
            .collect(Collectors.toSet());
    if (heard.isEmpty()) {
      return false;
    }
    // Of what nobody hears here a process of another version may have a listener.
    StoredCall call = table.nextToTell(now.getAsLong(), heard);
    if (call == null) {
      return false;
    }
    locked[0] = call;
    EndedCall ended = OperationView.ended(call);
    listeners(call.method()).forEach(listener -> listener.ended(ended));
    table.told(call);
    CallTransactions.afterCommit(() -> watch.told(true));
    return true;
  }
}
