package io.grpcplatform.stream;

import com.google.protobuf.Message;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one session that its client has not acknowledged, in order: those that were
 * written to its current stream, and those that wait for it. Not safe for threads: its session
 * locks.
 *
 * @param <R> the answers
 */
final class KeptAnswers<R extends Message> {

  private final SessionLimits limits;
  private final Deque<Kept<R>> written = new ArrayDeque<>();
  private final Deque<Kept<R>> waiting = new ArrayDeque<>();
  private Place acknowledged = Place.NONE;
  private Place farthest = Place.NONE;
  private long bytes;

  /**
   * One answer.
   *
   * @param again whether a stream has had it before
   */
  record Kept<R>(Place place, R answer, int bytes, boolean again) {}

  KeptAnswers(SessionLimits limits) {
    this.limits = limits;
  }

  /** Keeps one more; one that the client has had already is not kept. Any number may come. */
  void add(Place place, R answer) {
    if (place.compareTo(acknowledged) <= 0) {
      return;
    }
    int size = answer.getSerializedSize();
    waiting.addLast(new Kept<>(place, answer, size, place.compareTo(farthest) <= 0));
    bytes += size;
  }

  /** The client needs nothing up to this place any more. */
  void acknowledge(Place place) {
    if (place.compareTo(acknowledged) <= 0) {
      return;
    }
    acknowledged = place;
    drop(written);
    drop(waiting);
  }

  private void drop(Deque<Kept<R>> answers) {
    Kept<R> oldest = answers.peekFirst();
    while (oldest != null && oldest.place().compareTo(acknowledged) <= 0) {
      answers.removeFirst();
      bytes -= oldest.bytes();
      oldest = answers.peekFirst();
    }
  }

  /** Forgets the answers of a message that is going to be handled again. */
  void takeBack(long message) {
    takeBack(waiting, message);
    takeBack(written, message);
  }

  private void takeBack(Deque<Kept<R>> answers, long message) {
    Kept<R> newest = answers.peekLast();
    while (newest != null && newest.place().message() == message) {
      answers.removeLast();
      bytes -= newest.bytes();
      newest = answers.peekLast();
    }
  }

  /** There is another stream: everything has to be written to it. */
  void rewind() {
    for (Kept<R> last = written.pollLast(); last != null; last = written.pollLast()) {
      waiting.addFirst(new Kept<>(last.place(), last.answer(), last.bytes(), true));
    }
  }

  /** The next to write; null where none waits. */
  @Nullable Kept<R> write() {
    Kept<R> next = waiting.pollFirst();
    if (next != null) {
      written.addLast(next);
      farthest = next.place().compareTo(farthest) > 0 ? next.place() : farthest;
    }
    return next;
  }

  boolean allWritten() {
    return waiting.isEmpty();
  }

  /** Whether no further message should be handled before the client has acknowledged some. */
  boolean full() {
    return size() >= limits.messages() || bytes >= limits.bytes();
  }

  /** The message that the oldest answers; null where there is none. */
  @Nullable Long oldestMessage() {
    Kept<R> oldest = written.isEmpty() ? waiting.peekFirst() : written.peekFirst();
    return oldest == null ? null : oldest.place().message();
  }

  int size() {
    return written.size() + waiting.size();
  }

  long bytes() {
    return bytes;
  }
}
