package io.grpcplatform.stream;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Messages in the order they came, within limits. Not safe for threads: its writer locks. */
final class WaitingMessages<T> {

  private final WriterLimits limits;
  private final ArrayDeque<Sized<T>> queue = new ArrayDeque<>();
  private long bytes;

  private record Sized<T>(T message, int bytes) {}

  WaitingMessages(WriterLimits limits) {
    this.limits = limits;
  }

  /** Whether one more of that size may wait; alone, any may. */
  boolean hasRoomFor(int size) {
    return queue.isEmpty() || (queue.size() < limits.messages() && bytes + size <= limits.bytes());
  }

  void add(T message, int size) {
    queue.addLast(new Sized<>(message, size));
    bytes += size;
  }

  /** Takes the oldest; null where none waits. */
  @Nullable T poll() {
    Sized<T> oldest = queue.pollFirst();
    if (oldest == null) {
      return null;
    }
    bytes -= oldest.bytes();
    return oldest.message();
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** What its reader is told when there is no more room. */
  String tooSlow() {
    return "The reader of this stream is too slow: "
        + queue.size()
        + " messages wait for it (limits: "
        + limits.messages()
        + " messages, "
        + limits.bytes()
        + " bytes)";
  }

  int size() {
    return queue.size();
  }

  void clear() {
    queue.clear();
    bytes = 0;
  }
}
