package io.grpcplatform.samples.order;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tells who waits in this process that there is something new in the database. Hints only: a lost
 * one delays, it never loses. Listeners run on the thread that committed and must not block.
 */
public final class OrderSignals {
  private final Map<String, CopyOnWriteArrayList<Runnable>> watchers = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<Runnable> couriers = new CopyOnWriteArrayList<>();

  /** Calls the listener after each step of the order, until the returned handle is run. */
  public Runnable onStep(String orderId, Runnable listener) {
    watchers.compute(
        orderId,
        (id, known) -> {
          var listeners = known == null ? new CopyOnWriteArrayList<Runnable>() : known;
          listeners.add(listener);
          return listeners;
        });
    return () ->
        watchers.computeIfPresent(
            orderId,
            (id, listeners) -> {
              listeners.remove(listener);
              return listeners.isEmpty() ? null : listeners;
            });
  }

  /** Calls the listener whenever a command was added to the outbox. */
  public void onCommand(Runnable listener) {
    couriers.add(listener);
  }

  void committed(Order order) {
    watchers.getOrDefault(order.id(), new CopyOnWriteArrayList<>()).forEach(Runnable::run);
    if (!order.state().isFinal()) {
      couriers.forEach(Runnable::run);
    }
  }

  /**
   * Has all watchers look, new or not: processes that share a database do not hear of each other's
   * steps.
   */
  public void remind() {
    watchers.values().forEach(listeners -> listeners.forEach(Runnable::run));
  }

  int watched() {
    return watchers.size();
  }
}
