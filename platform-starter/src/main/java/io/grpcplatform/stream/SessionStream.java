package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpcplatform.stream.Arrivals.Numbered;
import io.grpcplatform.stream.OutgoingFrames.Outgoing;
import io.grpcplatform.v1.SessionFrame;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a session on a server. Messages are asked for one at a time, so that the client's
 * pace is the handler's.
 *
 * <p>Threading: messages come on the call's executor; answers, timers and other streams come on any
 * thread. Whoever finds something to do does it, one at a time.
 *
 * @param <Q> the client's messages
 * @param <R> the answers
 */
final class SessionStream<Q extends Message, R extends Message>
    implements ServedStream<Q>, StreamOutput.Source<R>, StreamTimers.Due {

  private final ServedSessions<Q, R> served;
  private final ServerCallStreamObserver<R> call;
  private final StreamOutput<R> output;
  private final StreamTimers timers;
  private final SessionWork<Q, R> work;
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicBoolean reading = new AtomicBoolean();
  private volatile @Nullable SessionTurn<Q, R> turn;
  private volatile boolean ended;

  SessionStream(ServedSessions<Q, R> served, ServerCallStreamObserver<R> call) {
    this.served = served;
    this.call = call;
    this.output = new StreamOutput<>(call, this);
    this.work = new SessionWork<>(served);
    this.timers = new StreamTimers(served.terms().clock(), this);
  }

  @Override
  public void onNext(Q message) {
    if (ended) {
      return;
    }
    timers.heard();
    reading.set(false);
    try {
      hear(served.requests().frame(message), message);
    } catch (StatusException refused) {
      fail(refused);
    }
  }

  private void hear(SessionFrame frame, Q message) throws StatusException {
    SessionTurn<Q, R> at = turn;
    check(ClientFrames.wrong(frame, at == null));
    if (at == null) {
      at = served.open(this, frame);
      turn = at;
      timers.start(at.session().limits(), frame.getOpen().getSilenceLimitMillis());
      output.wake();
    } else if (frame.hasAcknowledged()) {
      at.acknowledged(Place.of(frame.getAcknowledged()));
    }
    if (frame.hasPosition()) {
      check(at.arrived(frame.getPosition().getMessage(), served.requests().without(message)));
    }
    if (frame.hasClose()) {
      at.last();
    }
    proceed();
  }

  private static void check(@Nullable Status wrong) throws StatusException {
    if (wrong != null) {
      throw wrong.asException();
    }
  }

  /** Handles what may be handled now, then asks for what may come next. */
  void proceed() {
    if (asked.getAndIncrement() != 0) {
      return;
    }
    int seen;
    do {
      seen = asked.get();
      SessionTurn<Q, R> at = turn;
      if (at != null) {
        proceed(at);
      }
    } while (asked.addAndGet(-seen) != 0);
  }

  private void proceed(SessionTurn<Q, R> at) {
    for (Numbered<Q> next = at.start(); next != null; next = at.start()) {
      work.handle(at.session(), next);
    }
    if (at.claimClose()) {
      work.close(at);
    }
    if (at.wantsMore() && reading.compareAndSet(false, true)) {
      timers.heard(); // what was not asked for could not come
      call.request(1);
    }
    output.wake();
  }

  @Override
  public void onCompleted() {
    SessionTurn<Q, R> at = turn;
    if (at != null) {
      at.halfClosed();
      proceed();
    }
  }

  @Override
  public void onError(Throwable cancelled) {
    gone();
  }

  @Override
  public void ready() {
    output.wake();
  }

  @Override
  public void gone() {
    ended = true;
    timers.stop();
    SessionTurn<Q, R> at = turn;
    if (at != null) {
      at.session().detach(at);
      served.released(at.session());
    }
  }

  /** Ends this stream; the session stays, unless the client takes this for its end. */
  void fail(Throwable reason) {
    gone();
    output.fail(reason);
  }

  /** Writes what has come up. */
  void wake() {
    output.wake();
  }

  @Override
  public @Nullable R next() {
    SessionTurn<Q, R> at = turn;
    if (at == null) {
      return null;
    }
    long now = served.terms().clock().nanoTime();
    Outgoing<R> next = at.next(now);
    if (next == null) {
      timers.acknowledgeIn(at.acknowledgementDelay(now));
      return null;
    }
    timers.said(now);
    return next.kept() == null
        ? served.responses().only(next.frame())
        : served.responses().with(next.kept().answer(), next.frame());
  }

  @Override
  public boolean complete() {
    SessionTurn<Q, R> at = turn;
    if (at == null || !at.complete()) {
      return false;
    }
    at.end();
    gone();
    return true;
  }

  @Override
  public void heartbeat() {
    SessionTurn<Q, R> at = turn;
    if (at != null) {
      at.heartbeat();
      output.wake();
    }
  }

  /** A client that was not asked for anything is not silent. */
  @Override
  public void silent() {
    SessionTurn<Q, R> at = turn;
    if (at != null && reading.get()) {
      String limit = at.session().limits().silenceLimit().toString();
      String silent = "The client was silent for " + limit;
      fail(
          Status.UNAVAILABLE
              .withDescription(silent + " (platform.stream.session.silence-limit)")
              .asException());
    }
  }

  @Override
  public void acknowledgement() {
    output.wake();
  }
}
