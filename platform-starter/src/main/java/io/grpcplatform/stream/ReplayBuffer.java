package io.grpcplatform.stream;

import com.google.protobuf.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a client's session keeps until the server has acknowledged it: the messages in their order,
 * those sent on the present stream before those that wait for it.
 *
 * <p>Threading: safe; calls nobody. Whoever gets a stage from here to complete does so afterwards.
 */
final class ReplayBuffer<Q extends Message> {

  private final SessionLimits limits;
  private final ArrayDeque<Kept<Q>> sent = new ArrayDeque<>();
  private final ArrayDeque<Kept<Q>> unsent = new ArrayDeque<>();
  private long last;
  private long everSent;
  private long acknowledged;
  private long bytes;
  private int wanted = 1;
  private boolean holding;
  private @Nullable String closed;
  private @Nullable CompletableFuture<Void> room;

  /**
   * One message.
   *
   * @param done done once it is acknowledged
   */
  record Kept<Q>(long number, Q message, int bytes, CompletableFuture<Void> done) {}

  ReplayBuffer(SessionLimits limits) {
    this.limits = limits;
  }

  /** Numbers a message and keeps it. */
  synchronized CompletionStage<Void> add(Q message) {
    if (closed != null) {
      throw new IllegalStateException(closed);
    }
    int size = message.getSerializedSize();
    if (!hasRoomFor(size)) {
      wanted = size;
      throw new ReplayBufferFullException(full(size));
    }
    wanted = 1;
    last++;
    Kept<Q> kept = new Kept<>(last, message, size, new CompletableFuture<>());
    unsent.addLast(kept);
    bytes += size;
    return kept.done();
  }

  private boolean hasRoomFor(int size) {
    int kept = sent.size() + unsent.size();
    return kept == 0 || (kept < limits.messages() && bytes + size <= limits.bytes());
  }

  private String full(int size) {
    return "A message of "
        + size
        + " bytes has no room among "
        + (sent.size() + unsent.size())
        + " messages, of together "
        + bytes
        + " bytes, that the server has not acknowledged (limits: "
        + limits.messages()
        + " messages, platform.stream.session.replay.messages; "
        + limits.bytes()
        + " bytes, platform.stream.session.replay.bytes)";
  }

  /** Takes the next message to send on the present stream; null where there is none. */
  synchronized @Nullable Kept<Q> take() {
    Kept<Q> next = unsent.pollFirst();
    if (next != null) {
      sent.addLast(next);
    }
    return next;
  }

  /** Notes that a message goes out; says whether for the first time. */
  synchronized boolean first(long number) {
    boolean first = number > everSent;
    everSent = Math.max(everSent, number);
    return first;
  }

  /** Whether everything was sent on the present stream. */
  synchronized boolean drained() {
    return unsent.isEmpty();
  }

  /**
   * The first message that a stream which is now opened gets. From here until {@link #rewind} or
   * {@link #release} nothing is forgotten, for that stream must begin with what it has announced.
   */
  synchronized long hold() {
    holding = true;
    Kept<Q> next = sent.isEmpty() ? unsent.peekFirst() : sent.peekFirst();
    return next == null ? last + 1 : next.number();
  }

  /** The stream that was to be opened is not. */
  synchronized void release() {
    holding = false;
    forget(sent, acknowledged);
  }

  /** Another stream is open: it gets everything from where {@link #hold} said. */
  synchronized void rewind() {
    holding = false;
    while (!sent.isEmpty()) {
      unsent.addFirst(sent.removeLast());
    }
  }

  /**
   * The server needs nothing up to this number any more.
   *
   * @return the stages to complete
   */
  synchronized List<CompletableFuture<Void>> acknowledge(long number) {
    List<CompletableFuture<Void>> done = new ArrayList<>();
    long upTo = Math.min(number, everSent);
    collect(sent, upTo, done);
    collect(unsent, upTo, done);
    acknowledged = Math.max(acknowledged, upTo);
    if (!holding) {
      forget(sent, acknowledged);
      forget(unsent, upTo);
    }
    return done;
  }

  private void collect(ArrayDeque<Kept<Q>> from, long upTo, List<CompletableFuture<Void>> done) {
    for (Kept<Q> kept : from) {
      if (kept.number() > upTo) {
        return;
      }
      if (kept.number() > acknowledged) {
        done.add(kept.done());
      }
    }
  }

  private void forget(ArrayDeque<Kept<Q>> from, long upTo) {
    for (Kept<Q> kept = from.peekFirst();
        kept != null && kept.number() <= upTo;
        kept = from.peekFirst()) {
      from.removeFirst();
      bytes -= kept.bytes();
    }
  }

  synchronized int unacknowledged() {
    return (int) (last - acknowledged);
  }

  /** Done when there is room for one message, of the size of the one that had none last. */
  synchronized CompletionStage<Void> whenReady() {
    if (ready()) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> asked = room == null ? new CompletableFuture<>() : room;
    room = asked;
    return asked.minimalCompletionStage(); // those who ask share it, and none may complete it
  }

  private boolean ready() {
    return closed != null || hasRoomFor(wanted);
  }

  /** The stage of those who wait for room, if there is some; it is the caller's to complete. */
  synchronized @Nullable CompletableFuture<Void> roomFound() {
    CompletableFuture<Void> asked = room;
    if (asked == null || !ready()) {
      return null;
    }
    room = null;
    return asked;
  }

  /** Takes no more messages, for the reason that comes first. */
  synchronized void close(String why) {
    if (closed == null) {
      closed = why;
    }
  }

  /** Forgets everything; the stages of what was not acknowledged are the caller's to fail. */
  synchronized List<CompletableFuture<Void>> abandon() {
    List<CompletableFuture<Void>> failed = new ArrayList<>();
    collect(sent, Long.MAX_VALUE, failed);
    collect(unsent, Long.MAX_VALUE, failed);
    sent.clear();
    unsent.clear();
    bytes = 0;
    return failed;
  }
}
