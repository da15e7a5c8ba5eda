package io.grpcplatform;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server call: runs the hooks around the handler. Who closes the call ({@code ending}: the
 * handler or the platform, the first wins) is decided once; sends of the loser are dropped. The
 * real call is not thread-safe, so every write to it holds this object's monitor.
 *
 * <p>The end on the wire is told by the {@link ServerCallTracer}, on the transport thread; where
 * there is none (a foreign server without the tracer) by the listener.
 */
final class ServerCallMachine<Q, R> extends StartingServerCall<Q, R> implements CallControl {

  private static final Logger log = LoggerFactory.getLogger(ServerCallMachine.class);

  private static final VarHandle ENDING;
  private static final VarHandle CLOSED;
  private static final HookChain.Callback<ServerCallMachine<?, ?>> CLOSING =
      (self, decided) -> self.askHooks((Ending) Objects.requireNonNull(decided));

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ENDING = lookup.findVarHandle(ServerCallMachine.class, "ending", Ending.class);
      CLOSED = lookup.findVarHandle(ServerCallMachine.class, "closed", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final @Nullable ServerCallTracer tracer;
  private Context.@Nullable CancellableContext expiring;
  private volatile @Nullable Ending ending;
  private volatile Status sentStatus = Status.UNKNOWN;
  private volatile boolean begun;
  private volatile boolean closed;
  private boolean headersSent;
  private boolean headersSentEarly;

  ServerCallMachine(
      MethodPlan plan, ServerCall<Q, R> real, Metadata headers, @Nullable ServerCallTracer tracer) {
    super(plan, real, headers, tracer == null ? System.nanoTime() : tracer.startNanos);
    this.tracer = tracer;
  }

  /** Begins the hooks and starts the handler; never throws. */
  Listener<Q> run(ServerCallHandler<Q, R> handler) {
    Ending refused = hooks.begin(plan.stages(), this);
    begun = true;
    link();
    if (refused != null) {
      finish(refused);
    }
    Ending decided = ending;
    if (decided != null) {
      // Also where a stage ended the call from another thread before all of them had begun.
      closeReal(decided);
      hooks.handlerDone();
      return new ServerCallListener<>(this, handler);
    }
    if (shortened != null) {
      expireWith(shortened);
    }
    ServerCallListener<Q, R> listener = new ServerCallListener<>(this, handler);
    listener.start();
    return listener;
  }

  private void link() {
    Status closed = tracer == null ? null : tracer.link(this);
    if (closed != null) {
      wireEnded(closed);
    }
  }

  private void expireWith(Deadline limit) {
    Context.CancellableContext limited = limit(limit, this::expired);
    expiring = limited;
    if (hooks.over()) {
      limited.cancel(null);
    }
  }

  private void expired() {
    end(
        Status.DEADLINE_EXCEEDED.withDescription("The server's own deadline for this call passed"),
        new Metadata());
  }

  /** The listener's word that the call is over, which counts only where no tracer tells. */
  void listenerSaysEnded(boolean cancelled) {
    if (tracer == null) {
      wireEnded(cancelled ? Status.CANCELLED : sentStatus);
    }
  }

  boolean endedByPlatform() {
    Ending decided = ending;
    return decided != null && !decided.ordinary();
  }

  /** The handler threw: gRPC alone would end the stream without telling anybody why. */
  void handlerThrew(Throwable thrown) {
    Ending decided = Ending.of(Status.UNKNOWN.withCause(thrown), new Metadata());
    if (!finish(decided)) {
      threwLate(thrown);
    }
    hooks.handlerDone();
  }

  private void threwLate(Throwable thrown) {
    if (endedByPlatform() || real.isCancelled()) {
      log.debug(
          "The handler of {} threw after its call was cancelled", key().fullMethodName(), thrown);
    } else {
      log.warn(
          "The handler of {} threw after it had closed its call",
          key().fullMethodName(),
          MessageWithheld.of(thrown));
      log.debug("What it threw, with its messages", thrown);
    }
  }

  /** The call is over on the wire. Runs on the transport thread, at most once with effect. */
  void wireEnded(Status wire) {
    Context.CancellableContext limited = expiring;
    Ending decided = ending;
    hooks.ended(
        wire.isOk() && decided != null && decided.plain()
            ? Outcome.PLAIN_OK
            : outcome(wire, decided));
    if (limited != null) {
      limited.cancel(null);
    }
  }

  private Outcome outcome(Status wire, @Nullable Ending decided) {
    Status truth = ServerCallTracer.truth(wire, arrived, startNanos());
    return new Outcome(
            decided == null || decided.status().isOk() ? ServerCallTracer.lost(truth) : truth,
            decided == null ? new Metadata() : decided.trailers(),
            decided == null ? null : decided.refusal(),
            decided != null && !decided.ordinary())
        .from(real.getAttributes());
  }

  @Override
  public boolean end(Refusal refusal) {
    return finish(Ending.of(refusal));
  }

  @Override
  public boolean end(Status status, Metadata trailers) {
    return finish(Ending.of(status, trailers));
  }

  private boolean finish(Ending decided) {
    if (!ENDING.compareAndSet(this, null, decided)) {
      return false;
    }
    if (begun) {
      closeReal(decided);
    }
    return true;
  }

  @Override
  public void close(Status status, Metadata trailers) {
    Ending decided = Ending.ordinary(honest(status), trailers);
    if (ENDING.compareAndSet(this, null, decided)) {
      closeReal(decided, trailers);
    }
    hooks.handlerDone();
  }

  private void closeReal(Ending decided) {
    closeReal(decided, decided.trailers());
  }

  private void closeReal(Ending decided, Metadata trailers) {
    if (closed || !CLOSED.compareAndSet(this, false, true)) {
      return;
    }
    if (decided.status().isOk()) {
      sentStatus = hooks.closing(decided.status(), trailers, null);
    } else {
      // In their scopes, so that what a stage logs of a failure carries the call's trace.
      hooks.within(context, CLOSING, this, decided);
    }
    synchronized (this) {
      real.close(sentStatus, trailers);
    }
  }

  private void askHooks(Ending decided) {
    Status status = decided.status();
    sentStatus = hooks.closing(status, decided.trailers(), status.getCause());
  }

  /** Sends empty headers unless the handler, or the end of the call, came first. */
  void sendEarlyHeaders() {
    synchronized (this) {
      if (!headersSent && ending == null && !real.isCancelled()) {
        sendHeaders(new Metadata());
        headersSentEarly = true;
      }
    }
  }

  @Override
  public void sendHeaders(Metadata headers) {
    synchronized (this) {
      if (ending != null) {
        return;
      }
      if (headersSentEarly) {
        tooLate(headers);
        return;
      }
      headersSent = true;
      hooks.headers(headers);
      real.sendHeaders(headers);
    }
  }

  private void tooLate(Metadata headers) {
    if (!headers.keys().isEmpty()) {
      throw new IllegalStateException(
          "The headers of "
              + key().fullMethodName()
              + " were sent early, "
              + headers.keys()
              + " came later (expected: headers set before the handler's first callback returns, or"
              + " platform.server.early-headers.methods.\"["
              + key().fullMethodName()
              + "]\": false)");
    }
  }

  @Override
  public void sendMessage(R message) {
    synchronized (this) {
      if (ending != null) {
        return;
      }
      if (answersAgain()) {
        end(TWO_ANSWERS, new Metadata());
        return;
      }
      hooks.sent(message);
      real.sendMessage(message);
    }
  }

  @Override
  public void request(int numMessages) {
    if (ending != null) {
      return;
    }
    int allowed = hooks.mayRequest(null, numMessages);
    if (allowed > 0) {
      real.request(allowed);
    }
  }

  @Override
  public void resume(CallHook hook, int messages) {
    int allowed = hooks.mayRequest(hook, messages);
    if (allowed > 0 && ending == null) {
      real.request(allowed);
    }
  }

  @Override
  public boolean isReady() {
    return ending == null && real.isReady();
  }

  @Override
  public boolean isCancelled() {
    return endedByPlatform() || real.isCancelled();
  }

  @Override
  public CallControl control() {
    return this;
  }
}
