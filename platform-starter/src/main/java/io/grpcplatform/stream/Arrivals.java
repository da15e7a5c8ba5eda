package io.grpcplatform.stream;

import com.google.protobuf.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What one stream has brought of its session, in order. Not safe for threads: its session locks.
 *
 * @param <Q> the client's messages
 */
final class Arrivals<Q extends Message> {

  private final SessionLimits limits;
  private final Deque<Numbered<Q>> waiting = new ArrayDeque<>();
  private long received;
  private long bytes;
  private boolean last;
  private boolean halfClosed;

  /** A message and its number in the session. */
  record Numbered<Q>(long number, Q message, int bytes) {}

  /**
   * @param received the message before the first that comes on this stream
   */
  Arrivals(SessionLimits limits, long received) {
    this.limits = limits;
    this.received = received;
  }

  /** The last message that this stream has brought. */
  long received() {
    return received;
  }

  /** Notes a message that is not to be handled from here. */
  void skip(long number) {
    received = Math.max(received, number);
  }

  void add(long number, Q message) {
    received = number;
    int size = message.getSerializedSize();
    waiting.addLast(new Numbered<>(number, message, size));
    bytes += size;
  }

  @Nullable Numbered<Q> poll() {
    Numbered<Q> oldest = waiting.pollFirst();
    bytes -= oldest == null ? 0 : oldest.bytes();
    return oldest;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Whether more wait than may; one may always. */
  boolean tooMany() {
    return waiting.size() > 1 && (waiting.size() > limits.messages() || bytes > limits.bytes());
  }

  /** What waits, in words. */
  String tooManyText() {
    return waiting.size()
        + " messages of "
        + bytes
        + " bytes (limits: "
        + limits.messages()
        + " messages, "
        + limits.bytes()
        + " bytes)";
  }

  /** The client has said that it sends no more in this session. */
  void noteLast() {
    last = true;
  }

  boolean last() {
    return last;
  }

  /** The client has said that it sends no more on this stream. */
  void noteHalfClose() {
    halfClosed = true;
  }

  boolean halfClosed() {
    return halfClosed;
  }
}
