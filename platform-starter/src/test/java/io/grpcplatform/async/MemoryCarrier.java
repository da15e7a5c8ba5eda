package io.grpcplatform.async;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A carrier within the process that delivers everything twice, and can refuse. What nobody listens
 * to waits.
 */
final class MemoryCarrier implements CallCarrier {

  final AtomicInteger refusals = new AtomicInteger();
  private final Map<String, Receiver> receivers = new ConcurrentHashMap<>();
  private final Map<String, Deque<Parcel>> waiting = new ConcurrentHashMap<>();

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public synchronized void send(List<Parcel> parcels, Duration atMost) {
    if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new CarrierException("It is down, says the test");
    }
    for (Parcel parcel : parcels) {
      Deque<Parcel> queue = waiting.computeIfAbsent(parcel.queue(), absent -> new ArrayDeque<>());
      queue.add(parcel);
      queue.add(parcel);
      deliver(parcel.queue());
    }
  }

  private void deliver(String queue) {
    Receiver receiver = receivers.get(queue);
    Deque<Parcel> parcels = waiting.get(queue);
    if (receiver == null || parcels == null) {
      return;
    }
    // Not on the sender's thread, whose transaction it is none of.
    while (!parcels.isEmpty()) {
      Parcel parcel = parcels.remove();
      new Thread(() -> receiver.received(List.of(parcel))).start();
    }
  }

  @Override
  public synchronized Subscription receive(String queue, Receiver receiver) {
    receivers.put(queue, receiver);
    deliver(queue);
    return () -> receivers.remove(queue);
  }
}
