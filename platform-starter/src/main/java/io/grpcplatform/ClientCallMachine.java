package io.grpcplatform;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One client call: runs the hooks around the real call, which is made inside {@link #start} and
 * never earlier.
 *
 * <p>Two decisions are atomic: how far the start is ({@code state}), and who ended the call ({@code
 * ending}: the transport or the platform, the first wins). Whatever the platform decides while the
 * real call is open reaches the caller through the real call's own {@code onClose}, so the caller
 * never hears two callbacks at a time.
 */
final class ClientCallMachine<Q, R> extends StartingClientCall<Q, R> implements CallControl {

  private static final int NEW = 0;
  private static final int STARTING = 1;
  private static final int CANCELLED_WHILE_STARTING = 2;
  private static final int STARTED = 3;
  private static final int DEAD = 4;

  private static final VarHandle STATE;
  private static final VarHandle ENDING;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(ClientCallMachine.class, "state", int.class);
      ENDING = lookup.findVarHandle(ClientCallMachine.class, "ending", Ending.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Channel next;
  private volatile int state;
  private volatile @Nullable Ending ending;
  private volatile @Nullable Cancel cancelled;

  /** What the caller said when it gave the call up. */
  private record Cancel(@Nullable String message, @Nullable Throwable cause) {}

  ClientCallMachine(
      MethodPlan plan, MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    super(plan, method, options);
    this.next = next;
  }

  @Override
  public void start(Listener<R> listener, Metadata headers) {
    if (!STATE.compareAndSet(this, NEW, STARTING)) {
      throw new IllegalStateException(
          cancelled != null
              ? "The call was cancelled before it was started"
              : "The call was started already");
    }
    startsNow(headers);
    Ending refused = hooks.begin(plan.stages(), this);
    Refusal answered = refused == null || ending != null ? null : refused.answered(method);
    if (answered != null) {
      answer(listener, headers, answered);
    } else if (refused != null && ENDING.compareAndSet(this, null, refused)) {
      refuse(listener, refused);
    } else if (ending != null) {
      refuse(listener, ending);
    } else {
      open(new ClientCallListener<>(this, listener), headers, null);
    }
  }

  private void answer(Listener<R> caller, Metadata headers, Refusal refused) {
    LocalAnswer answer = Objects.requireNonNull(refused.answer());
    var listener = new AnsweredCallListener<>(this, caller, refused, answer.success());
    open(
        listener,
        headers,
        new AnsweredCall<Q, R>(listener, refused, answer, options.getExecutor()));
  }

  private void refuse(Listener<R> listener, Ending refused) {
    state = DEAD;
    Status status = hooks.closing(refused.status(), refused.trailers(), null);
    finished(new Outcome(status, refused.trailers(), refused.refusal(), true));
    Executor executor = options.getExecutor();
    if (executor == null) {
      listener.onClose(status, refused.trailers());
    } else {
      // On another thread the caller's scopes are to be opened, as for any callback.
      HookChain.Callback<Listener<R>> close =
          (told, nothing) -> told.onClose(status, refused.trailers());
      executor.execute(context().wrap(() -> hooks.within(null, close, listener, null)));
    }
  }

  private void open(
      ClientCallListener<R> listener, Metadata headers, @Nullable ClientCall<Q, R> answered) {
    Context previous = context == null ? null : context.attach();
    try {
      ClientCall<Q, R> call = answered == null ? next.newCall(method, options) : answered;
      real = call;
      call.start(listener, headers);
    } catch (RuntimeException | Error failed) {
      abandon(failed);
      throw failed;
    } finally {
      if (previous != null) {
        context().detach(previous);
      }
    }
    if (!STATE.compareAndSet(this, STARTING, STARTED)) {
      if (STATE.compareAndSet(this, CANCELLED_WHILE_STARTING, STARTED)) {
        cancelAsAsked();
      }
      return;
    }
    Ending early = ending;
    if (early != null && !early.ordinary()) {
      cancelReal(early);
    }
  }

  /**
   * The real call's start threw: nobody will ever hear onClose, so the hooks hear the end from
   * here.
   */
  private void abandon(Throwable failed) {
    state = DEAD;
    ENDING.compareAndSet(this, null, Ending.ORDINARY);
    finished(
        new Outcome(
            Status.INTERNAL.withDescription("The call could not be started").withCause(failed),
            new Metadata(),
            null,
            false));
    ClientCall<Q, R> call = real;
    if (call != null) {
      try {
        call.cancel("The call could not be started", failed);
      } catch (RuntimeException second) {
        failed.addSuppressed(second);
      }
    }
  }

  /**
   * Decides that the transport ended the call; returns the platform's decision if that came first.
   */
  @Nullable Ending closedByTransport() {
    if (ENDING.compareAndSet(this, null, Ending.ORDINARY)) {
      state = DEAD;
      return null;
    }
    state = DEAD;
    return ending;
  }

  boolean endedByPlatform() {
    Ending decided = ending;
    return decided != null && !decided.ordinary();
  }

  /** Whether a CANCELLED of this call is this side's own doing. */
  boolean cancelledHere() {
    return cancelled != null || Context.current().isCancelled();
  }

  @Override
  public boolean end(Refusal refusal) {
    return end(Ending.of(refusal));
  }

  @Override
  public boolean end(Status status, Metadata trailers) {
    return end(Ending.of(status, trailers));
  }

  private boolean end(Ending decided) {
    if (state == DEAD || !ENDING.compareAndSet(this, null, decided)) {
      return false;
    }
    if (state == STARTED) {
      cancelReal(decided);
    }
    return true;
  }

  private void cancelReal(Ending decided) {
    // Serialised with the caller's sends: the real call refuses messages after a cancel with an
    // exception.
    synchronized (this) {
      String why = decided.status().getDescription();
      call().cancel(why == null ? "Ended by the platform" : why, decided.refusal());
    }
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    cancelled = new Cancel(message, cause);
    if (STATE.compareAndSet(this, NEW, DEAD)
        || STATE.compareAndSet(this, STARTING, CANCELLED_WHILE_STARTING)) {
      return;
    }
    if (state == STARTED) {
      call().cancel(message, cause);
    }
  }

  private void cancelAsAsked() {
    Cancel asked = cancelled;
    if (asked != null) {
      call().cancel(asked.message(), asked.cause());
    }
  }

  @Override
  public void request(int numMessages) {
    if (state == DEAD || endedByPlatform()) {
      return;
    }
    int allowed = hooks.mayRequest(null, numMessages);
    if (allowed > 0) {
      call().request(allowed);
    }
  }

  @Override
  public void resume(CallHook hook, int messages) {
    ClientCall<Q, R> call = real;
    int allowed = hooks.mayRequest(hook, messages);
    if (call != null && allowed > 0 && !endedByPlatform()) {
      call.request(allowed);
    }
  }

  @Override
  public void sendMessage(Q message) {
    synchronized (this) {
      if (state == DEAD || endedByPlatform()) {
        return;
      }
      hooks.sent(message);
      call().sendMessage(message);
    }
  }

  @Override
  public void halfClose() {
    synchronized (this) {
      if (state != DEAD && !endedByPlatform()) {
        call().halfClose();
      }
    }
    if (real instanceof AnsweredCall<?, ?> answered) {
      answered.answerOnceWhole();
    }
  }

  @Override
  public void setMessageCompression(boolean enabled) {
    if (state != DEAD) {
      call().setMessageCompression(enabled);
    }
  }

  @Override
  public boolean isReady() {
    ClientCall<Q, R> call = real;
    return call != null && state != DEAD && !endedByPlatform() && call.isReady();
  }

  @Override
  public @Nullable String traceId() {
    return hooks.traceId();
  }

  @Override
  public void attempt(Attempt kind, int previous) {
    hooks.attempt(kind, previous);
  }

  @Override
  public CallControl control() {
    return this;
  }
}
