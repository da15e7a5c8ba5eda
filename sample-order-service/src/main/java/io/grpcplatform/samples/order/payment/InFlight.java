package io.grpcplatform.samples.order.payment;

import io.grpcplatform.samples.order.Outbox;
import io.grpcplatform.samples.order.PaymentCommand;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which of the waiting commands are on their way: chooses the next to send and knows which were not
 * answered. Confined to one thread; reads the outbox, so it blocks.
 *
 * <p>It always looks at the oldest commands and leaves out those already sent. A cursor would be
 * faster and wrong: a transaction that began earlier may commit later, behind the cursor.
 */
final class InFlight {
  private final Outbox outbox;
  private final int limit;
  private final LongSupplier ticker;
  private final Map<String, Sent> sent = new LinkedHashMap<>();
  private final Queue<PaymentCommand> next = new ArrayDeque<>();
  private boolean mayHaveMore = true;
  private long heardAt;

  private record Sent(PaymentCommand command, long at) {}

  InFlight(Outbox outbox, int limit, LongSupplier ticker) {
    this.outbox = outbox;
    this.limit = limit;
    this.ticker = ticker;
    this.heardAt = ticker.getAsLong();
  }

  /** There may be new commands in the outbox. */
  void wake() {
    mayHaveMore = true;
  }

  /**
   * The next command to send, from now on in flight; null when nothing waits or enough are in
   * flight.
   */
  @Nullable PaymentCommand take() {
    if (sent.size() >= limit) {
      return null;
    }
    if (next.isEmpty() && mayHaveMore) {
      var oldest = outbox.oldest(limit);
      mayHaveMore = oldest.size() == limit;
      oldest.stream().filter(it -> !sent.containsKey(it.id())).forEach(next::add);
    }
    PaymentCommand command = next.poll();
    if (command != null) {
      sent.put(command.id(), new Sent(command, ticker.getAsLong()));
    }
    return command;
  }

  /** The command in flight with this id. */
  Optional<PaymentCommand> find(String commandId) {
    return Optional.ofNullable(sent.get(commandId)).map(Sent::command);
  }

  /** The answer to the command was stored: from now on it is not in flight. */
  void answered(String commandId) {
    sent.remove(commandId);
    heardAt = ticker.getAsLong();
  }

  /** The command could not be sent after all: it is taken again. */
  void giveBack(String commandId) {
    sent.remove(commandId);
    mayHaveMore = true;
  }

  /** Another stream brings what is in flight: its time begins anew. */
  void sentAgain() {
    long now = ticker.getAsLong();
    sent.replaceAll((id, before) -> new Sent(before.command(), now));
  }

  /** The session is over: whatever was not answered is to be sent in the next. */
  int forget() {
    int unanswered = sent.size();
    sent.clear();
    next.clear();
    mayHaveMore = true;
    return unanswered;
  }

  int size() {
    return sent.size();
  }

  /**
   * The oldest command in flight, when neither it was sent nor any answer came for longer than
   * that. Commands are answered one after the other: behind many others one may wait for long and
   * be on its way all the same.
   */
  Optional<PaymentCommand> overdue(Duration timeout) {
    long now = ticker.getAsLong();
    long sinceAnswer = now - heardAt;
    return sent.values().stream()
        .findFirst()
        .filter(oldest -> Math.min(now - oldest.at(), sinceAnswer) > timeout.toNanos())
        .map(Sent::command);
  }
}
