package io.grpcplatform.async;

import com.google.longrunning.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for the end of a call. An end in this process is told at once, one elsewhere with the
 * next look into the table.
 *
 * <p>Threading: safe.
 */
final class CallWaiters {

  /** More would make each look into the table long. */
  static final int MOST = 10_000;

  private final CallTable table;
  private final Map<String, ConcurrentLinkedQueue<CompletableFuture<Operation>>> waiting =
      new ConcurrentHashMap<>();
  private final Set<String> doubted = ConcurrentHashMap.newKeySet();
  private final AtomicInteger count = new AtomicInteger();

  CallWaiters(CallTable table) {
    this.table = table;
  }

  CompletionStage<Operation> await(String id) {
    CompletableFuture<Operation> end = new CompletableFuture<>();
    if (count.incrementAndGet() > MOST) {
      count.decrementAndGet();
      end.completeExceptionally(
          new IllegalStateException(
              "More than " + MOST + " wait for durable calls in this process"));
      return end;
    }
    // Before the look: whoever ends it afterwards finds this one waiting.
    waiting.compute(
        id,
        (key, queue) -> {
          var all =
              queue == null ? new ConcurrentLinkedQueue<CompletableFuture<Operation>>() : queue;
          all.add(end);
          return all;
        });
    var unused = end.whenComplete((operation, failed) -> forget(id, end));
    // Rolled back, there never was such a call, and nobody would tell.
    CallTransactions.afterRollback(() -> doubt(id));
    look(id);
    return end;
  }

  private void forget(String id, CompletableFuture<Operation> end) {
    count.decrementAndGet();
    waiting.computeIfPresent(
        id,
        (key, queue) -> {
          queue.removeIf(each -> each == end);
          return queue.isEmpty() ? null : queue;
        });
  }

  /** A call has ended, and that is committed. */
  void ended(String id) {
    if (waiting.containsKey(id)) {
      look(id);
    }
  }

  private void look(String id) {
    StoredCall call = table.find(id);
    if (call == null || call.state().over()) {
      complete(id, call);
    }
  }

  private void complete(String id, @Nullable StoredCall call) {
    var queue = waiting.get(id);
    if (queue == null) {
      return;
    }
    for (CompletableFuture<Operation> end : List.copyOf(queue)) {
      if (call == null) {
        end.completeExceptionally(new NoSuchElementException("operations/" + id));
      } else {
        end.complete(OperationView.of(call));
      }
    }
  }

  /** There may be no such call after all; the next look tells. */
  private void doubt(String id) {
    if (waiting.containsKey(id)) {
      doubted.add(id);
    }
  }

  /** Looks which calls were ended by other processes. */
  void look() {
    for (String id : List.copyOf(doubted)) {
      look(id);
      doubted.remove(id);
    }
    List<String> ids = new ArrayList<>(waiting.keySet());
    if (!ids.isEmpty()) {
      for (StoredCall call : table.over(ids)) {
        complete(call.id(), call);
      }
    }
  }

  int count() {
    return count.get();
  }
}
