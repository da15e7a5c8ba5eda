package io.grpcplatform.stream;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpcplatform.stream.SessionWatch.Resume;
import io.grpcplatform.v1.SessionFrame;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's session: what it keeps, what it has to say, and how it ends.
 *
 * <p>Threading: everything happens in one order, by whichever thread is there, and no lock is held
 * meanwhile. Listeners are told, and stages completed, on the executor.
 */
final class ResumableSession<Q extends Message, R extends Message>
    implements ResumableStream<Q, R>, StreamSuccession.Session<Q, R>, AnswerInbox.Told {

  private static final Logger log = LoggerFactory.getLogger(ResumableSession.class);

  /** How many answers may be here, and come. */
  private static final int WINDOW = 32;

  private final String id;
  private final SessionListener<R> listener;
  private final SessionRoute<Q, R> route;
  private final Executor executor;
  private final Consumer<ResumableSession<?, ?>> forget;
  private final SynchronizationContext order = new SynchronizationContext(this::broken);
  private final ReplayBuffer<Q> buffer;
  private final AnswerInbox<R> inbox;
  private final StreamSuccession<Q, R> streams;
  private final SessionSpeech<Q> speech;
  private final SessionWatch.Session watch;
  private final CompletableFuture<Void> finished = new CompletableFuture<>();
  // What is completed last; touched in the session's order.
  private CompletableFuture<Void> completions = CompletableFuture.completedFuture(null);
  private volatile boolean completing;
  private volatile boolean live;
  private boolean closeHeard;
  private boolean ended;

  ResumableSession(
      String id,
      SessionRoute<Q, R> route,
      SessionListener<R> listener,
      PlatformSessions.Parts parts,
      Consumer<ResumableSession<?, ?>> forget) {
    this.id = id;
    this.route = route;
    SessionLimits limits = parts.limits().get();
    this.listener = listener;
    this.executor = parts.executor();
    this.forget = forget;
    this.buffer = new ReplayBuffer<>(limits);
    this.inbox = new AnswerInbox<>(order, executor, listener, this);
    this.streams =
        new StreamSuccession<>(route, limits, parts.clock(), parts.random(), executor, order, this);
    this.watch = parts.watch().began(SessionWatch.Side.CLIENT, route.method().getFullMethodName());
    this.speech = new SessionSpeech<>(buffer, inbox, watch, limits);
  }

  void begin() {
    order.execute(streams::open);
  }

  private void broken(Thread thread, Throwable failure) {
    log.error("The session {} is broken", id, failure);
    order.execute(
        () -> end(Status.INTERNAL.withDescription("The session is broken").withCause(failure)));
  }

  @Override
  public CompletionStage<Void> send(Q message) {
    CompletionStage<Void> done = buffer.add(message);
    order.execute(this::push);
    return done;
  }

  @Override
  public CompletionStage<Void> whenReady() {
    return buffer.whenReady();
  }

  @Override
  public CompletionStage<Void> complete() {
    completing = true;
    buffer.close("The session " + id + " was completed");
    order.execute(
        () -> {
          speech.complete();
          push();
        });
    return finished.minimalCompletionStage();
  }

  @Override
  public void cancel(String reason) {
    buffer.close("The session " + id + " was cancelled: " + reason);
    order.execute(
        () -> {
          inbox.forget();
          end(Status.CANCELLED.withDescription(reason));
        });
  }

  @Override
  public void reopen(String reason) {
    order.execute(() -> streams.leave(Resume.REQUEST, Status.CANCELLED.withDescription(reason)));
  }

  @Override
  public String sessionId() {
    return id;
  }

  @Override
  public int unacknowledged() {
    return buffer.unacknowledged();
  }

  @Override
  public boolean live() {
    return live;
  }

  @Override
  public SessionFrame open(long stream) {
    return speech.open(id, stream);
  }

  @Override
  public void notOpened() {
    buffer.release();
    tellRoom();
  }

  @Override
  public void live(SessionCall<Q, R> stream, @Nullable Resume why, long nanosWithout) {
    live = true;
    closeHeard = false;
    speech.rewind();
    if (why == null) {
      watch.opened();
    } else {
      watch.resumed(why, nanosWithout);
    }
    inbox.notice(listener::opened);
    stream.refill(WINDOW - inbox.answers());
    push();
  }

  @Override
  public void writable(SessionCall<Q, R> stream) {
    push();
  }

  private void push() {
    SessionCall<Q, R> stream = streams.current();
    if (!ended && stream != null) {
      speech.push(stream);
    }
  }

  @Override
  public void received(SessionCall<Q, R> stream, SessionFrame frame, R message) {
    if (frame.hasAcknowledged()) {
      acknowledged(frame.getAcknowledged().getMessage());
    }
    if (frame.hasPosition()) {
      if (inbox.offer(frame.getPosition(), route.answers().without(message))) {
        watch.received();
      } else {
        watch.repeated();
      }
    }
    if (frame.hasMove()) {
      streams.move();
    }
    closeHeard |= frame.hasClose();
    stream.refill(WINDOW - inbox.answers());
  }

  private void acknowledged(long number) {
    List<CompletableFuture<Void>> done = buffer.acknowledge(number);
    // Also where nothing new is: what was kept for this stream to begin with may go only now.
    tellRoom();
    if (done.isEmpty()) {
      return;
    }
    streams.progressed();
    watch.unacknowledged(buffer.unacknowledged());
    next(() -> done.forEach(stage -> stage.complete(null)));
  }

  /** Completes stages on the executor, after those before them. */
  private void next(Runnable completing) {
    completions =
        completions.handleAsync(
            (nothing, failed) -> {
              completing.run();
              return null;
            },
            executor);
  }

  /** Apart from the other stages: whoever holds those up may be waiting for this. */
  private void tellRoom() {
    CompletableFuture<Void> room = buffer.roomFound();
    if (room != null) {
      executor.execute(() -> room.complete(null));
    }
  }

  @Override
  public void handled() {
    if (ended) {
      return;
    }
    speech.owe();
    push();
    SessionCall<Q, R> stream = streams.current();
    if (stream != null) {
      stream.refill(WINDOW - inbox.answers());
    }
  }

  @Override
  public void failed(Throwable failure) {
    if (!ended) {
      streams.leave(
          Resume.FAILURE,
          Status.ABORTED
              .withDescription("The listener could not handle an answer")
              .withCause(failure));
    }
  }

  @Override
  public boolean completes() {
    return completing && closeHeard && buffer.unacknowledged() == 0;
  }

  @Override
  public void cut(Status status) {
    live = false;
    watch.cut();
    inbox.notice(() -> listener.cut(status));
  }

  @Override
  public void ended(Status status) {
    end(completes() ? Status.OK : status);
  }

  private void end(Status status) {
    if (ended) {
      return;
    }
    ended = true;
    live = false;
    buffer.close("The session " + id + " has ended: " + status);
    streams.stop(status.getDescription(), status.getCause());
    watch.ended();
    List<CompletableFuture<Void>> left = buffer.abandon();
    tellRoom();
    next(
        () -> {
          left.forEach(stage -> stage.completeExceptionally(status.asRuntimeException()));
          if (status.isOk()) {
            finished.complete(null);
          } else {
            finished.completeExceptionally(status.asRuntimeException());
          }
        });
    inbox.notice(() -> listener.ended(status));
    forget.accept(this);
  }
}
