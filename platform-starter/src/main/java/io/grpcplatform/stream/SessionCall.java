package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.PacedCall;
import io.grpcplatform.v1.SessionFrame;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a client's session.
 *
 * <p>Threading: gRPC's callbacks are passed on in the session's order, in which all other calls are
 * made; {@link #start} alone runs on a thread of its own.
 */
final class SessionCall<Q extends Message, R extends Message> extends ClientCall.Listener<R> {

  /**
   * An attempt waits for a connection, and fails with the first that cannot be made only where the
   * session gives it up: a backend that is down for long would else be a failed call every second.
   */
  private static final CallOptions OPTIONS = PacedCall.mark(CallOptions.DEFAULT.withWaitForReady());

  /** Hears of a stream until it was given up. */
  interface Told<Q extends Message, R extends Message> {

    /** There is a connection, or room to send more. */
    void ready(SessionCall<Q, R> call);

    void received(SessionCall<Q, R> call, SessionFrame frame, R message);

    void closed(SessionCall<Q, R> call, Status status, Metadata trailers);
  }

  private final SessionRoute<Q, R> route;
  private final Executor order;
  private final CallClock clock;
  private final Told<Q, R> told;
  private final Liveness liveness;
  private volatile @Nullable ClientCall<Q, R> call;
  private boolean started;
  private boolean over;
  private int asked;

  SessionCall(
      SessionRoute<Q, R> route,
      Executor order,
      CallClock clock,
      SessionLimits limits,
      Told<Q, R> told) {
    this.route = route;
    this.order = order;
    this.clock = clock;
    this.told = told;
    this.liveness = new Liveness(limits, clock.nanoTime());
  }

  /** Opens the stream; it outlives whatever call or trace this thread is in. */
  void start() {
    Context previous = Context.ROOT.attach();
    try {
      ClientCall<Q, R> opened = route.channel().newCall(route.method(), OPTIONS);
      call = opened;
      opened.start(this, new Metadata());
      order.execute(this::started);
    } catch (RuntimeException | Error failed) {
      Status status =
          Status.UNKNOWN.withDescription("The stream could not be opened").withCause(failed);
      order.execute(() -> closed(status, new Metadata()));
    } finally {
      Context.ROOT.detach(previous);
    }
  }

  private void started() {
    started = true;
    if (over) {
      real().cancel("Given up before it was opened", null);
      return;
    }
    refill(1);
    onReady();
  }

  private ClientCall<Q, R> real() {
    return Objects.requireNonNull(call);
  }

  boolean isReady() {
    return started && !over && real().isReady();
  }

  /** Sends what only the session has to say. */
  void say(SessionFrame frame) {
    send(route.requests().only(frame));
  }

  /** Sends a message of the application. */
  void send(Q message, SessionFrame frame) {
    send(route.requests().with(message, frame));
  }

  private void send(Q framed) {
    liveness.said(clock.nanoTime());
    real().sendMessage(framed);
  }

  /** Lets so many messages come. */
  void refill(int wanted) {
    if (wanted > asked && !over) {
      if (asked == 0) {
        liveness.heard(clock.nanoTime());
      }
      int more = wanted - asked;
      asked = wanted;
      real().request(more);
    }
  }

  Liveness liveness() {
    return liveness;
  }

  /** Whether the server has been silent for too long, though it might have spoken. */
  boolean silent() {
    long now = clock.nanoTime();
    if (asked == 0) {
      liveness.heard(now);
    }
    return liveness.silent(now);
  }

  boolean over() {
    return over;
  }

  /** Ends the stream; nothing more is heard of it. */
  void giveUp(@Nullable String reason, @Nullable Throwable cause) {
    if (!over) {
      over = true;
      if (started) {
        real().cancel(reason, cause);
      }
    }
  }

  @Override
  public void onReady() {
    order.execute(
        () -> {
          if (isReady()) {
            told.ready(this);
          }
        });
  }

  @Override
  public void onMessage(R message) {
    order.execute(
        () -> {
          asked--;
          liveness.heard(clock.nanoTime());
          if (!over) {
            told.received(this, route.answers().frame(message), message);
          }
        });
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    order.execute(() -> closed(status, trailers));
  }

  private void closed(Status status, Metadata trailers) {
    if (!over) {
      over = true;
      told.closed(this, status, trailers);
    }
  }
}
