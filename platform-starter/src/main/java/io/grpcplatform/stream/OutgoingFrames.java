package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpcplatform.stream.KeptAnswers.Kept;
import io.grpcplatform.v1.Close;
import io.grpcplatform.v1.Heartbeat;
import io.grpcplatform.v1.Move;
import io.grpcplatform.v1.Opened;
import io.grpcplatform.v1.SessionFrame;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is to be said on one stream, the most urgent first. Every frame carries the acknowledgement;
 * one goes alone when nothing else did for a moment, so that a burst of messages costs few of them.
 * Not safe for threads: its session locks.
 *
 * @param <R> the answers
 */
final class OutgoingFrames<R extends Message> {

  /** So many messages are acknowledged together at most. */
  private static final int TOGETHER = 32;

  private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(2);

  private final KeptAnswers<R> kept;
  private final Opened opened;
  private final Set<Due> due = EnumSet.of(Due.OPENED);
  private boolean moved;
  private boolean closed;
  private boolean saidAlone;
  private long alone;
  private long said;

  private enum Due {
    OPENED,
    MOVE,
    HEARTBEAT,
    CLOSE
  }

  /**
   * One message of the stream.
   *
   * @param kept the answer in it; null where it is only the session's own
   */
  record Outgoing<R>(SessionFrame frame, @Nullable Kept<R> kept) {}

  OutgoingFrames(KeptAnswers<R> kept, Opened opened) {
    this.kept = kept;
    this.opened = opened;
  }

  /** Says once that this instance stops. */
  void move() {
    if (!moved) {
      moved = true;
      due.add(Due.MOVE);
    }
  }

  void heartbeat() {
    due.add(Due.HEARTBEAT);
  }

  void close() {
    due.add(Due.CLOSE);
  }

  /** Whether the last frame has been taken. */
  boolean closed() {
    return closed;
  }

  /**
   * Takes the next.
   *
   * @param acknowledged the last message that the client need not keep, 0 for none
   */
  @Nullable Outgoing<R> next(long acknowledged, long now) {
    if (closed) {
      return null;
    }
    SessionFrame.Builder frame = SessionFrame.newBuilder();
    if (acknowledged > 0) {
      frame.setAcknowledged(new Place(acknowledged, 0).position());
    }
    Kept<R> answer = null;
    if (due.remove(Due.OPENED)) {
      frame.setOpened(opened);
    } else if (due.remove(Due.MOVE)) {
      frame.setMove(Move.getDefaultInstance());
    } else if ((answer = kept.write()) != null) {
      frame.setPosition(answer.place().position());
    } else if (due.remove(Due.CLOSE)) {
      frame.setClose(Close.getDefaultInstance());
      closed = true;
    } else if (acknowledgementDelay(acknowledged, now) == 0) {
      alone = now;
      saidAlone = true;
    } else if (due.contains(Due.HEARTBEAT)) {
      frame.setHeartbeat(Heartbeat.getDefaultInstance());
    } else {
      return null;
    }
    due.remove(Due.HEARTBEAT);
    said = acknowledged;
    return new Outgoing<>(frame.build(), answer);
  }

  /** How long an acknowledgement that goes alone still waits, in nanoseconds; -1: there is none. */
  long acknowledgementDelay(long acknowledged, long now) {
    long behind = acknowledged - said;
    if (behind <= 0) {
      return -1;
    }
    return behind >= TOGETHER || !saidAlone ? 0 : Math.max(0, MOMENT - (now - alone));
  }
}
