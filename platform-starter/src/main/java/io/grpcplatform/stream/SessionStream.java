package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpcplatform.stream.Arrivals.Numbered;
import io.grpcplatform.stream.OutgoingFrames.Outgoing;
import io.grpcplatform.v1.SessionFrame;
import java.util.concurrent.CompletionException;
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
  // The work on a message may outlive the stream that brought it.
  private final Context context = Context.current().fork();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicBoolean reading = new AtomicBoolean();
  private volatile @Nullable SessionTurn<Q, R> turn;
  private volatile boolean ended;

  SessionStream(ServedSessions<Q, R> served, ServerCallStreamObserver<R> call) {
    this.served = served;
    this.call = call;
    this.output = new StreamOutput<>(call, this);
    this.timers = new StreamTimers(served.terms(), this);
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
      timers.start(frame.getOpen().getSilenceLimitMillis());
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
  private void proceed() {
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
      handle(at.session(), next);
    }
    if (at.claimClose()) {
      close(at);
    }
    if (at.wantsMore() && reading.compareAndSet(false, true)) {
      timers.heard(); // what was not asked for could not come
      call.request(1);
    }
    output.wake();
  }

  private void handle(ServedSession<Q, R> session, Numbered<Q> next) {
    ServedAnswers<R> answers =
        new ServedAnswers<>(session.id(), next.number(), session::keep, () -> wake(session));
    Context before = context.attach();
    try {
      served
          .handler()
          .message(next.message(), answers)
          .whenComplete((nothing, failed) -> done(session, answers, failed));
    } catch (Throwable failed) { // also errors: the message would be in work for ever
      done(session, answers, failed);
    } finally {
      context.detach(before);
    }
  }

  private static void wake(ServedSession<?, ?> session) {
    SessionStream<?, ?> current = session.stream();
    if (current != null) {
      current.output.wake();
    }
  }

  /** On the thread that did the work; the stream may be another than that which began it. */
  private void done(
      ServedSession<Q, R> session, ServedAnswers<R> answers, @Nullable Throwable failed) {
    answers.end();
    SessionStream<Q, R> current = session.done(answers.number(), failed != null);
    if (current == null) {
      served.released(session);
    } else if (failed == null) {
      current.proceed();
    } else {
      Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
      current.fail(cause == null ? failed : cause);
    }
  }

  private void close(SessionTurn<Q, R> at) {
    Context before = context.attach();
    try {
      if (at.session().tellsClose()) {
        served.handler().closed(at.session().id());
      }
      at.close();
    } catch (Throwable failed) { // also errors: nobody else would end the stream
      at.session().closeAgain();
      fail(failed);
    } finally {
      context.detach(before);
    }
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
    if (reading.get()) {
      fail(
          Status.UNAVAILABLE
              .withDescription(
                  "The client was silent for "
                      + served.terms().limits().silenceLimit()
                      + " (platform.stream.session.silence-limit)")
              .asException());
    }
  }

  @Override
  public void acknowledgement() {
    output.wake();
  }
}
