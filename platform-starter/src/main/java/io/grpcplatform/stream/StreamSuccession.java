package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.stream.SessionWatch.Resume;
import io.grpcplatform.v1.Opened;
import io.grpcplatform.v1.SessionFrame;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a client's session, one after the other: opens them, watches them, and goes from
 * one to the next. At most one is live, and at most one more is being opened.
 *
 * <p>Threading: everything in the session's order.
 */
final class StreamSuccession<Q extends Message, R extends Message>
    implements SessionCall.Told<Q, R>, SessionVigil.Watched {

  /** The session, as its streams see it. */
  interface Session<Q extends Message, R extends Message> {

    /** What is said first on a stream, now that it has a connection. */
    SessionFrame open(long stream);

    /** That stream is not opened after all. */
    void notOpened();

    /**
     * A stream is live.
     *
     * @param why null for the first
     * @param nanosWithout how long there was none
     */
    void live(SessionCall<Q, R> stream, @Nullable Resume why, long nanosWithout);

    void writable(SessionCall<Q, R> stream);

    void received(SessionCall<Q, R> stream, SessionFrame frame, R message);

    /** Whether the end of the live stream is the session's own. */
    boolean completes();

    /** There is no live stream any more. */
    void cut(Status status);

    /** There will be no other stream. */
    void ended(Status status);
  }

  private final SessionRoute<Q, R> route;
  private final SessionLimits limits;
  private final CallClock clock;
  private final Executor executor;
  private final Executor order;
  private final Session<Q, R> session;
  private final ReopenPauses pauses;
  private final SessionTimer pause;
  private final SessionVigil vigil;
  private long streams;
  private @Nullable SessionCall<Q, R> current;
  private @Nullable SessionCall<Q, R> opening;
  private boolean announced;
  private boolean stopped;
  private @Nullable Resume why;
  private long since;

  StreamSuccession(
      SessionRoute<Q, R> route,
      SessionLimits limits,
      CallClock clock,
      RandomGenerator random,
      Executor executor,
      Executor order,
      Session<Q, R> session) {
    this.route = route;
    this.limits = limits;
    this.clock = clock;
    this.executor = executor;
    this.order = order;
    this.session = session;
    this.pauses = new ReopenPauses(limits, random);
    Executor later = task -> executor.execute(() -> order.execute(task));
    this.pause = new SessionTimer(clock, later);
    this.vigil = new SessionVigil(clock, later, this);
  }

  /** The live stream; null where there is none. */
  @Override
  public @Nullable SessionCall<Q, R> current() {
    return current;
  }

  /** Opens a stream beside the live one, if there is one. */
  void open() {
    if (stopped || opening != null) {
      return;
    }
    route.connect();
    SessionCall<Q, R> next = new SessionCall<>(route, order, clock, limits, this);
    opening = next;
    announced = false;
    executor.execute(next::start);
    pause.in(pauses.next(), this::connectAgain);
    vigil.look();
  }

  /** The channel's own pauses between its attempts grow up to two minutes. */
  private void connectAgain() {
    if (opening != null && !announced) {
      route.connect();
      pause.in(pauses.next(), this::connectAgain);
    }
  }

  private void openLater() {
    if (stopped || pause.waiting()) {
      return;
    }
    if (route.over()) {
      session.ended(Status.UNAVAILABLE.withDescription("The session's channel is shut down"));
    } else {
      pause.in(pauses.next(), this::open);
    }
  }

  @Override
  public void ready(SessionCall<Q, R> call) {
    if (call == current) {
      session.writable(call);
    } else if (call == opening && !announced) {
      announced = true;
      pause.cancel();
      call.say(session.open(++streams));
    }
  }

  @Override
  public void received(SessionCall<Q, R> call, SessionFrame frame, R message) {
    if (call == opening) {
      if (frame.hasOpened()) {
        opened(call, frame.getOpened());
      } else {
        call.giveUp("The server's first message is not Opened", null);
        closed(call, SessionEnds.noSession(route.method()), new Metadata());
        return;
      }
    }
    if (call == current) {
      session.received(call, frame, message);
    }
  }

  private void opened(SessionCall<Q, R> call, Opened opened) {
    call.liveness().expectedWithin(opened.getSilenceLimitMillis());
    SessionCall<Q, R> before = current;
    current = call;
    opening = null;
    if (before != null) {
      before.giveUp("Moved to another stream", null);
    }
    long now = clock.nanoTime();
    session.live(call, why, before == null && why != null ? now - since : 0);
    since = now;
    vigil.look();
  }

  /** The server stops: the next stream is opened while this one works. */
  void move() {
    why = Resume.MOVE;
    if (!pause.waiting()) {
      open();
    }
  }

  @Override
  public void closed(SessionCall<Q, R> call, Status status, Metadata trailers) {
    if (call == opening) {
      notOpened(status, trailers);
    } else if (call == current) {
      if (SessionEnds.last(status) || session.completes()) {
        current = null;
        session.ended(status);
      } else {
        lost(Resume.CUT, status);
      }
    }
  }

  private void notOpened(Status status, Metadata trailers) {
    giveOpeningUp("Not opened");
    if (current == null && SessionEnds.last(status)) {
      session.ended(status);
      return;
    }
    if (SessionEnds.elsewhere(status, trailers)) {
      route.leaveConnections();
    }
    openLater();
  }

  private void giveOpeningUp(String reason) {
    SessionCall<Q, R> given = opening;
    if (given != null) {
      opening = null;
      pause.cancel();
      given.giveUp(reason, null);
      session.notOpened();
    }
  }

  private void lost(Resume cause, Status status) {
    SessionCall<Q, R> given = current;
    if (given == null) {
      return;
    }
    current = null;
    given.giveUp(status.getDescription(), status.getCause());
    long now = clock.nanoTime();
    if (now - since > limits.reopenLongest().toNanos()) {
      progressed();
    }
    why = cause;
    since = now;
    session.cut(status);
    if (opening == null) {
      openLater();
    }
  }

  /** The session gets on with its live stream. */
  void progressed() {
    pauses.reset();
  }

  /** Goes to another stream because this side wants it. */
  void leave(Resume cause, Status status) {
    giveOpeningUp("Given up: " + status.getDescription());
    if (current == null) {
      openLater();
    } else {
      lost(cause, status);
    }
  }

  @Override
  public @Nullable SessionCall<Q, R> opening() {
    return opening;
  }

  @Override
  public void openingIsSilent() {
    giveOpeningUp("No answer");
    route.leaveConnections();
    openLater();
  }

  @Override
  public void currentIsSilent() {
    route.leaveConnections();
    lost(Resume.SILENCE, SessionEnds.silence(limits));
  }

  /** Ends all streams; no other is opened. */
  void stop(@Nullable String reason, @Nullable Throwable cause) {
    stopped = true;
    pause.cancel();
    vigil.stop();
    if (opening != null) {
      opening.giveUp(reason, cause);
      opening = null;
    }
    if (current != null) {
      current.giveUp(reason, cause);
      current = null;
    }
  }
}
