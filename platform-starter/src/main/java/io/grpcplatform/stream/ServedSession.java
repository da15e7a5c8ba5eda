package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpcplatform.v1.Open;
import io.grpcplatform.v1.Opened;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one instance knows of one session: which messages are handled, which answers the client may
 * still need, and whose turn it is of the session's streams.
 *
 * <p>Threading: safe; calls nothing under its lock but the watch. A turn locks it too, and the
 * fields that are not private are read and written under that lock alone.
 *
 * @param <Q> the client's messages
 * @param <R> the answers
 */
final class ServedSession<Q extends Message, R extends Message> {

  private final String id;
  private final ServingTerms terms;
  private final SessionLimits limits;
  final KeptAnswers<R> kept;
  SessionWatch.Session watch;
  @Nullable SessionTurn<Q, R> turn;
  long handled;
  long inWork;
  private long streams;
  private long withoutSince;
  private boolean known;
  private boolean closeTold;

  ServedSession(String id, ServingTerms terms, SessionWatch.Session watch) {
    this.id = id;
    this.terms = terms;
    this.watch = watch;
    this.limits = terms.limits().get();
    this.kept = new KeptAnswers<>(limits);
  }

  String id() {
    return id;
  }

  SessionLimits limits() {
    return limits;
  }

  /** Why a stream cannot be the session's; null where it can. */
  synchronized @Nullable Status refusal(Open open) {
    long count = open.getStream();
    return count < streams || (turn != null && count == streams)
        ? Status.ABORTED.withDescription(
            "stream: " + count + " (expected: more than " + streams + ", which is newer)")
        : null;
  }

  /**
   * Gives a stream its turn. What is in work goes on, and its answers go to this stream. The turn
   * before it has ended, and its stream has to be.
   */
  synchronized SessionTurn<Q, R> attach(SessionStream<Q, R> stream, Open open, Place acknowledged) {
    tell(open);
    Opened opened =
        Opened.newBuilder()
            .setInstance(terms.instance())
            .setHandledMessage(handled)
            .setSilenceLimitMillis(millis(limits.silenceLimit()))
            .build();
    long settled = open.getNextMessage() - 1;
    streams = open.getStream();
    handled = Math.max(handled, settled);
    kept.acknowledge(Place.after(settled));
    kept.acknowledge(acknowledged);
    kept.rewind();
    watch.unacknowledged(kept.size());
    SessionTurn<Q, R> next =
        new SessionTurn<>(this, stream, new Arrivals<>(limits, settled), opened);
    turn = next;
    return next;
  }

  private static int millis(Duration duration) {
    return (int) Math.min(Integer.MAX_VALUE, duration.toMillis());
  }

  private void tell(Open open) {
    if (known) {
      long gap = turn != null ? 0 : terms.clock().nanoTime() - withoutSince;
      watch.resumed(SessionWatch.Resume.RETURNED, gap);
    } else if (open.getStream() > 1) {
      watch.resumed(SessionWatch.Resume.ARRIVED, 0);
    } else {
      watch.opened();
    }
    known = true;
  }

  /** The turn is over with its stream; nothing happens if another has begun. */
  synchronized void detach(SessionTurn<Q, R> over) {
    if (turn == over) {
      turn = null;
      withoutSince = terms.clock().nanoTime();
      watch.cut();
    }
  }

  /** The stream that has its turn. */
  synchronized @Nullable SessionStream<Q, R> stream() {
    return turn == null ? null : turn.stream();
  }

  /** Keeps an answer to the message in work, unless the client does not need it any more. */
  synchronized void keep(Place place, R answer) {
    kept.add(place, answer);
    watch.unacknowledged(kept.size());
  }

  /** Whether nobody has handled the message: another instance may have, since it came here. */
  synchronized boolean needs(long number) {
    return number > handled;
  }

  /**
   * The message in work is handled, or is not and comes again.
   *
   * @return the stream that has its turn
   */
  synchronized @Nullable SessionStream<Q, R> done(long number, boolean failed) {
    inWork = 0;
    if (failed) {
      kept.takeBack(number);
      watch.unacknowledged(kept.size());
    } else {
      handled = Math.max(handled, number);
    }
    return stream();
  }

  /** Asks the client to go elsewhere; returns the stream that has to say so. */
  synchronized @Nullable SessionStream<Q, R> move() {
    if (turn != null) {
      turn.move();
    }
    return stream();
  }

  /** The last message that the client need not keep: its answers and those before are with it. */
  synchronized long settled() {
    Long oldest = kept.oldestMessage();
    return oldest == null ? handled : Math.min(handled, oldest - 1);
  }

  /** Whether the handler has still to hear that the session is closed; it does from here. */
  synchronized boolean tellsClose() {
    boolean first = !closeTold;
    closeTold = true;
    return first;
  }

  /** The handler failed to hear of it, and is told again. */
  synchronized void closeAgain() {
    closeTold = false;
  }

  /** Whether nobody needs it now: it has no stream and no work. */
  synchronized boolean idle() {
    return turn == null && inWork == 0;
  }

  /** What its answers take, in bytes. */
  synchronized long bytes() {
    return kept.bytes();
  }

  /** It is closed, or forgotten. */
  synchronized void end() {
    watch.ended();
    watch = SessionWatch.Session.NONE;
  }
}
