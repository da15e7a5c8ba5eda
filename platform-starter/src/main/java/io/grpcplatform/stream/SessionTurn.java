package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpcplatform.stream.Arrivals.Numbered;
import io.grpcplatform.stream.OutgoingFrames.Outgoing;
import io.grpcplatform.v1.Opened;
import org.jspecify.annotations.Nullable;

/**
 * The time in which a stream is the one of its session. What it is asked or told after that has no
 * effect.
 *
 * <p>Threading: safe, by the lock of its session.
 *
 * @param <Q> the client's messages
 * @param <R> the answers
 */
final class SessionTurn<Q extends Message, R extends Message> {

  private final ServedSession<Q, R> session;
  private final SessionStream<Q, R> stream;
  private final Arrivals<Q> arrivals;
  private final OutgoingFrames<R> frames;
  private boolean closing;

  SessionTurn(
      ServedSession<Q, R> session,
      SessionStream<Q, R> stream,
      Arrivals<Q> arrivals,
      Opened opened) {
    this.session = session;
    this.stream = stream;
    this.arrivals = arrivals;
    this.frames = new OutgoingFrames<>(session.kept, opened);
  }

  ServedSession<Q, R> session() {
    return session;
  }

  SessionStream<Q, R> stream() {
    return stream;
  }

  private boolean over() {
    return session.turn != this;
  }

  /** The client has handled the answers up to this. */
  void acknowledged(Place place) {
    synchronized (session) {
      if (!over()) {
        session.kept.acknowledge(place);
        session.watch.unacknowledged(session.kept.size());
      }
    }
  }

  /** The stream brings a message; returns why it cannot go on, or null where it can. */
  @Nullable Status arrived(long number, Q message) {
    synchronized (session) {
      long next = Math.max(arrivals.received(), session.handled) + 1;
      if (over()) {
        return null;
      }
      if (number > next || arrivals.last()) {
        String expected = arrivals.last() ? "no message after close" : next + ", the next";
        return Status.FAILED_PRECONDITION.withDescription(
            "position.message: " + number + " (expected: " + expected + ")");
      }
      if (number < next || number == session.inWork) {
        arrivals.skip(number);
        session.watch.repeated();
        return null;
      }
      arrivals.add(number, message);
      return session.kept.full() && arrivals.tooMany()
          ? Status.RESOURCE_EXHAUSTED.withDescription(arrivals.tooManyText())
          : null;
    }
  }

  /** Takes the next message to handle; null where there is none, or none may be handled now. */
  @Nullable Numbered<Q> start() {
    synchronized (session) {
      if (over() || session.inWork != 0 || session.kept.full()) {
        return null;
      }
      Numbered<Q> next = arrivals.poll();
      if (next != null) {
        session.inWork = next.number();
        session.watch.received();
      }
      return next;
    }
  }

  /** Whether the stream should bring more; where answers found no room, to hear what frees some. */
  boolean wantsMore() {
    synchronized (session) {
      return !over() && session.inWork == 0 && (arrivals.isEmpty() || session.kept.full());
    }
  }

  /** The client sends no more messages in this session. */
  void last() {
    synchronized (session) {
      arrivals.noteLast();
    }
  }

  /** The client sends nothing more on this stream. */
  void halfClosed() {
    synchronized (session) {
      arrivals.noteHalfClose();
    }
  }

  /** Says once that the client has closed the session, and everything is handled and answered. */
  boolean claimClose() {
    synchronized (session) {
      boolean all = arrivals.last() && idle() && session.kept.size() == 0;
      if (over() || closing || !all) {
        return false;
      }
      closing = true;
      return true;
    }
  }

  private boolean idle() {
    return session.inWork == 0 && arrivals.isEmpty();
  }

  void move() {
    synchronized (session) {
      frames.move();
    }
  }

  void heartbeat() {
    synchronized (session) {
      frames.heartbeat();
    }
  }

  void close() {
    synchronized (session) {
      frames.close();
    }
  }

  /** Takes what is to be written next; null where there is nothing. */
  @Nullable Outgoing<R> next(long now) {
    synchronized (session) {
      Outgoing<R> next = over() ? null : frames.next(session.settled(), now);
      if (next != null && next.kept() != null) {
        if (next.kept().again()) {
          session.watch.replayed();
        } else {
          session.watch.sent();
        }
      }
      return next;
    }
  }

  /** Whether nothing more will be written. */
  boolean complete() {
    synchronized (session) {
      return frames.closed() || (!over() && !closing && arrivals.halfClosed() && allSaid());
    }
  }

  /** Messages that found no room for their answers never will here: no acknowledgement can come. */
  private boolean allSaid() {
    boolean worked = session.inWork == 0 && (arrivals.isEmpty() || session.kept.full());
    return worked
        && session.kept.allWritten()
        && frames.acknowledgementDelay(session.settled(), 0) < 0;
  }

  /** How long an acknowledgement still waits, in nanoseconds; negative: there is none. */
  long acknowledgementDelay(long now) {
    synchronized (session) {
      return over() ? -1 : frames.acknowledgementDelay(session.settled(), now);
    }
  }

  /** Nothing more will be written; a session that is closed is over, though remembered. */
  void end() {
    synchronized (session) {
      if (frames.closed()) {
        session.end();
      }
    }
  }
}
