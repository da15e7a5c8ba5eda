package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.DrainSignal.Phase;
import io.grpcplatform.Refusal;
import io.grpcplatform.v1.SessionFrame;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one method at this instance. Clients whose messages carry no frame are served as
 * on any stream.
 *
 * <p>Once the process has announced that it stops, clients are asked to move, and a session that
 * already has a stream here gets no other: its client would only have moved to where it was.
 *
 * <p>Threading: safe. Its lock is taken before that of a session, never the other way round.
 *
 * @param <Q> the client's messages
 * @param <R> the answers
 */
final class ServedSessions<Q extends Message, R extends Message> implements Sessions.Served<Q, R> {

  private final String method;
  private final FramedMessages<Q> requests;
  private final FramedMessages<R> responses;
  private final SessionHandler<Q, R> handler;
  private final ServingTerms terms;
  private final Map<String, ServedSession<Q, R>> sessions = new HashMap<>();
  private final IdleSessions idle;

  private ServedSessions(
      MethodDescriptor<Q, R> method, SessionHandler<Q, R> handler, ServingTerms terms) {
    this.method = method.getFullMethodName();
    this.requests = FramedMessages.of(method.getRequestMarshaller());
    this.responses = FramedMessages.of(method.getResponseMarshaller());
    this.handler = handler;
    this.terms = terms;
    this.idle = new IdleSessions(terms.limits());
  }

  /**
   * Serves a method.
   *
   * @throws IllegalArgumentException if it is not bidirectional, or its messages have no place for
   *     the frame
   */
  static <Q extends Message, R extends Message> ServedSessions<Q, R> of(
      MethodDescriptor<Q, R> method, SessionHandler<Q, R> handler, ServingTerms terms) {
    if (method.getType() != MethodType.BIDI_STREAMING) {
      throw new IllegalArgumentException(
          method.getFullMethodName() + ": " + method.getType() + " (expected: BIDI_STREAMING)");
    }
    ServedSessions<Q, R> served = new ServedSessions<>(method, handler, terms);
    terms.drain().subscribe(served::reached);
    return served;
  }

  @Override
  public StreamObserver<Q> stream(StreamObserver<R> answers) {
    ServerCallStreamObserver<R> call = (ServerCallStreamObserver<R>) answers;
    OpeningStream<Q> stream =
        new OpeningStream<>(
            first ->
                requests.framed(first)
                    ? new SessionStream<>(this, call)
                    : new PlainStream<>(handler, call),
            call::onCompleted);
    call.setOnReadyHandler(stream::ready);
    call.setOnCancelHandler(stream::gone);
    // Others may end the call too, such as the platform.
    call.setOnCloseHandler(stream::gone);
    call.disableAutoRequest();
    call.request(1);
    return stream;
  }

  /** Gives a stream its turn, and ends the one that had it. */
  SessionTurn<Q, R> open(SessionStream<Q, R> stream, SessionFrame frame) throws StatusException {
    SessionStream<Q, R> before;
    SessionTurn<Q, R> turn;
    synchronized (this) {
      String id = frame.getOpen().getSessionId();
      ServedSession<Q, R> session = sessions.get(id);
      refuse(session, frame);
      if (session == null) {
        session =
            new ServedSession<>(id, terms, terms.watch().began(SessionWatch.Side.SERVER, method));
        sessions.put(id, session);
      }
      idle.remove(id);
      before = session.stream();
      turn = session.attach(stream, frame.getOpen(), Place.of(frame.getAcknowledged()));
      if (stopping()) {
        turn.move();
      }
    }
    if (before != null) {
      before.fail(Status.ABORTED.withDescription("The session has another stream").asException());
    }
    return turn;
  }

  private void refuse(@Nullable ServedSession<Q, R> known, SessionFrame frame)
      throws StatusException {
    DrainSignal drain = terms.drain();
    if (drain.draining() || (stopping() && known != null && known.stream() != null)) {
      Refusal moving =
          new Refusal(
              Refusal.Reason.DRAINING,
              "The server is about to stop: open the session elsewhere",
              null);
      throw moving.status().asException(moving.trailers());
    }
    Status refused = known == null ? null : known.refusal(frame.getOpen());
    if (refused != null) {
      throw refused.asException();
    }
  }

  private boolean stopping() {
    return terms.drain().phase().compareTo(Phase.ANNOUNCED) >= 0;
  }

  private void reached(Phase phase) {
    if (phase == Phase.ANNOUNCED || phase == Phase.DRAINING) {
      for (ServedSession<Q, R> session : known()) {
        SessionStream<Q, R> moving = session.move();
        if (moving != null) {
          moving.wake();
        }
      }
    }
  }

  private synchronized List<ServedSession<Q, R>> known() {
    return List.copyOf(sessions.values());
  }

  /** A session may have lost its stream or its work: it is remembered for a while from then on. */
  synchronized void released(ServedSession<Q, R> session) {
    if (session.idle() && sessions.get(session.id()) == session) {
      idle.add(session.id(), session.bytes(), terms.clock().nanoTime());
      forget();
    }
  }

  private void forget() {
    for (String id : idle.over(terms.clock().nanoTime())) {
      ServedSession<Q, R> forgotten = sessions.remove(id);
      if (forgotten != null) {
        forgotten.end();
      }
    }
    long next = idle.nextNanos(terms.clock().nanoTime());
    if (next >= 0 && idle.claimTimer()) {
      var unused = terms.clock().schedule(this::forgetLater, next);
    }
  }

  private synchronized void forgetLater() {
    idle.timerRan();
    forget();
  }

  /** How many sessions are remembered, with a stream or without. */
  synchronized int remembered() {
    return sessions.size();
  }

  FramedMessages<Q> requests() {
    return requests;
  }

  FramedMessages<R> responses() {
    return responses;
  }

  SessionHandler<Q, R> handler() {
    return handler;
  }

  ServingTerms terms() {
    return terms;
  }
}
