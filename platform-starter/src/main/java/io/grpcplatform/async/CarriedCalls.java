package io.grpcplatform.async;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpcplatform.async.CallCarrier.CarrierException;
import io.grpcplatform.async.CallCarrier.Parcel;
import io.grpcplatform.async.CallCarrier.Subscription;
import io.grpcplatform.v1.DurableResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls on their way with a carrier, and their results: from the table to the carrier, where the
 * rows stay locked until it has confirmed them, and from the carrier to the table, where a message
 * is acknowledged once its row is committed.
 *
 * <p>Threading: safe; blocks for the database and the carrier.
 */
final class CarriedCalls {

  private static final Logger log = LoggerFactory.getLogger(CarriedCalls.class);
  private static final int AT_ONCE = 50;
  private static final int MOST_DOUBLINGS = 4;

  private final CarriedTable table;
  private final CallTransactions transactions;
  private final CallEnds ends;
  private final RetryRule retries;
  private final Route route;
  private final AsyncWatch watch;
  private final LongSupplier now;
  private final Runnable wake;
  private final List<Subscription> subscriptions = new ArrayList<>();
  private final AtomicInteger callsAtOnce = new AtomicInteger(AT_ONCE);
  private final AtomicInteger resultsAtOnce = new AtomicInteger(AT_ONCE);

  /**
   * Where messages go.
   *
   * @param replyTo the queue of this application's results
   * @param services those whose calls are taken here
   * @param sendTimeout how long the carrier may take to confirm
   * @param resendAfter how long a result is waited for, at first
   */
  record Route(
      CallCarrier carrier,
      String replyTo,
      Supplier<Set<String>> services,
      Duration sendTimeout,
      Duration resendAfter) {}

  CarriedCalls(
      CarriedTable table,
      CallTransactions transactions,
      CallEnds ends,
      RetryRule retries,
      Route route,
      AsyncWatch watch,
      LongSupplier now,
      Runnable wake) {
    this.table = table;
    this.transactions = transactions;
    this.ends = ends;
    this.retries = retries;
    this.route = route;
    this.watch = watch;
    this.now = now;
    this.wake = wake;
  }

  /** Listens for calls of the services here, and for results. */
  synchronized void open() {
    for (String service : route.services().get()) {
      subscriptions.add(route.carrier().receive(Envelope.queue(service), this::calls));
    }
    subscriptions.add(route.carrier().receive(route.replyTo(), this::results));
  }

  /** Listens no more; what was not acknowledged goes to others. */
  synchronized void close() {
    for (Subscription subscription : subscriptions) {
      try {
        subscription.close();
      } catch (RuntimeException failed) {
        log.warn("A subscription of {} did not close", route.carrier().name(), failed);
      }
    }
    subscriptions.clear();
  }

  /** Hands some calls to the carrier; whether there may be more. */
  boolean sendNext() {
    return hand(
        callsAtOnce,
        table::toSend,
        call -> Envelope.call(call, route.replyTo()),
        (call, time) -> table.sent(call, time + patience(call)),
        (call, time) -> table.sendLater(call, time + retries.pause(call.attempts() + 1)));
  }

  private long patience(StoredCall call) {
    return route.resendAfter().toMillis() << Math.min(call.attempts(), MOST_DOUBLINGS);
  }

  /** Sends some results; whether there may be more. */
  boolean replyNext() {
    return hand(
        resultsAtOnce,
        table::toReply,
        Envelope::result,
        (call, time) -> table.replied(call),
        (call, time) -> table.replyLater(call, time + retries.pause(call.tellAttempts() + 1)));
  }

  /** After a failure one at a time, then more: one that is never taken must not hold up others. */
  private boolean hand(
      AtomicInteger atOnce,
      BiFunction<Long, Integer, List<StoredCall>> due,
      Function<StoredCall, Parcel> packed,
      BiConsumer<StoredCall, Long> sent,
      BiConsumer<StoredCall, Long> later) {
    int most = atOnce.get();
    List<StoredCall> taken = new ArrayList<>();
    try {
      return transactions.run(
          () -> {
            taken.addAll(due.apply(now.getAsLong(), most));
            if (taken.isEmpty()) {
              return false;
            }
            route.carrier().send(taken.stream().map(packed).toList(), route.sendTimeout());
            long time = now.getAsLong();
            taken.forEach(call -> sent.accept(call, time));
            CallTransactions.afterCommit(() -> watch.sent(taken.size(), true));
            atOnce.set(Math.min(AT_ONCE, most * 2));
            return taken.size() == most;
          });
    } catch (CarrierException unsure) {
      atOnce.set(1);
      watch.sent(taken.size(), false);
      log.warn(
          "{} did not take {} messages, which are sent again: {}",
          route.carrier().name(),
          taken.size(),
          unsure.getMessage());
      long time = now.getAsLong();
      return transactions.run(
          () -> {
            taken.forEach(call -> later.accept(call, time));
            return false;
          });
    }
  }

  /**
   * Takes calls over. In the order of their ids: two that take the same must not block each other.
   */
  void calls(List<Parcel> parcels) {
    List<StoredCall> calls = new ArrayList<>();
    long time = now.getAsLong();
    for (Parcel parcel : parcels) {
      StoredCall call = Envelope.received(parcel, time);
      if (call.state() == CallState.DEAD) {
        log.warn("A message on {} is a dead letter: it is no call", parcel.queue());
      }
      calls.add(call);
    }
    calls.sort(Comparator.comparing(StoredCall::id));
    boolean unused =
        transactions.run(
            () -> {
              calls.forEach(table::receive);
              return true;
            });
    wake.run();
  }

  /** Takes results over. */
  void results(List<Parcel> parcels) {
    List<DurableResult> results = new ArrayList<>();
    for (Parcel parcel : parcels) {
      try {
        results.add(DurableResult.parseFrom(parcel.body()));
      } catch (InvalidProtocolBufferException garbled) {
        log.warn("A message on {} is dropped: it is no result", parcel.queue());
      }
    }
    results.sort(Comparator.comparing(DurableResult::getId));
    boolean unused =
        transactions.run(
            () -> {
              results.forEach(this::result);
              return true;
            });
    wake.run();
  }

  private void result(DurableResult message) {
    CarriedTable.Result result = Envelope.read(message);
    StoredCall call = result == null ? null : table.submitted(message.getId());
    if (result == null || call == null) {
      log.warn("A result of an unknown call, or of an unknown kind, is dropped");
      return;
    }
    long time = now.getAsLong();
    if (table.ended(call, result, time, ends.tellAt(call, time))) {
      CallTransactions.afterCommit(
          () -> {
            watch.ended(result.state(), Duration.ofMillis(Math.max(0, time - call.submittedAt())));
            ends.ended(call.id());
          });
    }
  }
}
