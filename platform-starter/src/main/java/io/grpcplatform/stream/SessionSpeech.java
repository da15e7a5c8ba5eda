package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpcplatform.v1.Close;
import io.grpcplatform.v1.Open;
import io.grpcplatform.v1.Position;
import io.grpcplatform.v1.SessionFrame;
import org.jspecify.annotations.Nullable;

/**
 * What a client's session has to say on its stream: messages, acknowledgements, and that there are
 * no more. Not safe for threads: everything in the session's order.
 */
final class SessionSpeech<Q extends Message> {

  /** After so many handled answers the server is told even though more wait. */
  private static final int ACKNOWLEDGE_EVERY = 16;

  private final ReplayBuffer<Q> buffer;
  private final AnswerInbox<?> inbox;
  private final SessionWatch.Session watch;
  private final SessionLimits limits;
  private boolean completing;
  private boolean closed;
  private int owed;
  private Position acknowledged = Position.getDefaultInstance();

  SessionSpeech(
      ReplayBuffer<Q> buffer,
      AnswerInbox<?> inbox,
      SessionWatch.Session watch,
      SessionLimits limits) {
    this.buffer = buffer;
    this.inbox = inbox;
    this.watch = watch;
    this.limits = limits;
  }

  /** The first frame of a stream. */
  SessionFrame open(String id, long stream) {
    long silence = Math.min(Integer.MAX_VALUE, limits.silenceLimit().toMillis());
    SessionFrame.Builder frame =
        SessionFrame.newBuilder()
            .setOpen(
                Open.newBuilder()
                    .setSessionId(id)
                    .setNextMessage(buffer.hold())
                    .setStream(stream)
                    .setSilenceLimitMillis((int) silence));
    if (inbox.handled().getMessage() > 0) {
      frame.setAcknowledged(inbox.handled());
    }
    return frame.build();
  }

  /** Begins anew on a stream that is open now. */
  void rewind() {
    buffer.rewind();
    closed = false;
    // What was handled since the stream's first frame is said again; that costs one position.
    acknowledged = Position.getDefaultInstance();
  }

  /** There will be no more messages. */
  void complete() {
    completing = true;
  }

  /** One more answer is handled. */
  void owe() {
    owed++;
  }

  /** Says what there is to say, as far as the server reads. */
  void push(SessionCall<Q, ?> stream) {
    for (ReplayBuffer.Kept<Q> next = next(stream); next != null; next = next(stream)) {
      if (buffer.first(next.number())) {
        watch.sent();
      } else {
        watch.replayed();
      }
      Position position = Position.newBuilder().setMessage(next.number()).build();
      stream.send(next.message(), frame().setPosition(position).build());
    }
    if (completing && !closed && buffer.drained()) {
      closed = true;
      stream.say(frame().setClose(Close.getDefaultInstance()).build());
    }
    if (owed > 0 && stream.isReady() && (inbox.answers() == 0 || owed >= ACKNOWLEDGE_EVERY)) {
      stream.say(frame().build());
    }
    watch.unacknowledged(buffer.unacknowledged());
  }

  private ReplayBuffer.@Nullable Kept<Q> next(SessionCall<Q, ?> stream) {
    return stream.isReady() ? buffer.take() : null;
  }

  /** A frame that acknowledges what this stream has not said yet. */
  private SessionFrame.Builder frame() {
    SessionFrame.Builder frame = SessionFrame.newBuilder();
    owed = 0;
    if (AnswerInbox.after(inbox.handled(), acknowledged)) {
      acknowledged = inbox.handled();
      frame.setAcknowledged(acknowledged);
    }
    return frame;
  }
}
