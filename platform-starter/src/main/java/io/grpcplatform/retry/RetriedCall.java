package io.grpcplatform.retry;

import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.Attempt;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallHook;
import io.grpcplatform.Outcome;
import io.grpcplatform.retry.AttemptCounters.Stop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call that may have several attempts. A retry is stopped with gRPC's own means: a negative
 * {@code grpc-retry-pushback-ms} among the trailers of the failed attempt, which gRPC reads after
 * the tracers have (gRFC A6). The caller sees the attempt's status, at once, and not our pushback.
 *
 * <p>Threading: attempts are heard on transport threads, at the same time where they are hedged;
 * the rest on the thread of the call.
 */
final class RetriedCall extends ClientStreamTracer.Factory implements CallHook {

  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /** Not in a retry, in one that the budget counts, and over: nothing is counted any more. */
  private static final int CALM = 0;

  private static final int RETRYING = 1;
  private static final int OVER = 2;
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(RetriedCall.class, "state", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final MethodAttempts attempts;
  private final CallControl control;
  private final @Nullable Deadline deadline;
  private final boolean chained;
  private volatile int state;
  private volatile @Nullable Stop stopped;
  private volatile @Nullable String peersPushback;

  /**
   * A call.
   *
   * @param control who tells the other features of its attempts
   * @param deadline when the whole call must be over
   * @param chained whether it serves a call that is itself a retry
   */
  RetriedCall(
      MethodAttempts attempts, CallControl control, @Nullable Deadline deadline, boolean chained) {
    this.attempts = attempts;
    this.control = control;
    this.deadline = deadline;
    this.chained = chained;
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    int before = info.getPreviousAttempts();
    if (before > 0 && STATE.compareAndSet(this, CALM, RETRYING)) {
      // A hedge, or a retry after an attempt without trailers: nobody could ask.
      attempts.budget().acquire();
    }
    Attempt kind =
        info.isTransparentRetry()
            ? Attempt.TRANSPARENT
            : before == 0 ? Attempt.ORIGINAL : info.isHedging() ? Attempt.HEDGE : Attempt.RETRY;
    return new AttemptTracer(this, kind, before);
  }

  void sent(Attempt kind, int previous) {
    attempts.counters().sent(kind);
    control.attempt(kind, previous);
  }

  /** An attempt has ended with these trailers and nothing else. */
  void failed(Metadata trailers, int previous) {
    int most = attempts.policy().maxAttempts();
    if (most > 1 && previous + 1 >= most) {
      return;
    }
    Stop stop = stop(previous);
    if (stop != null) {
      peersPushback = trailers.get(PUSHBACK);
      stopped = stop;
      trailers.discardAll(PUSHBACK);
      trailers.put(PUSHBACK, "-1");
    }
  }

  private @Nullable Stop stop(int previous) {
    if (attempts.policy().maxAttempts() == 1) {
      return Stop.OFF;
    }
    if (chained) {
      return Stop.CHAIN;
    }
    if (deadline != null
        && attempts.tooLate(previous, deadline.timeRemaining(TimeUnit.NANOSECONDS))) {
      return Stop.DEADLINE;
    }
    return mayRetry() ? null : Stop.BUDGET;
  }

  private boolean mayRetry() {
    if (state == RETRYING) {
      return true;
    }
    if (!attempts.budget().tryAcquire()) {
      return false;
    }
    if (!STATE.compareAndSet(this, CALM, RETRYING)) {
      attempts.budget().release();
    }
    return true;
  }

  @Override
  public Status closing(Status status, Metadata trailers, @Nullable Throwable cause) {
    Stop why = stopped;
    if (why == null) {
      return status;
    }
    String theirs = peersPushback;
    trailers.discardAll(PUSHBACK);
    if (theirs != null) {
      trailers.put(PUSHBACK, theirs);
    }
    if (attempts.policy().codes().contains(status.getCode())) {
      attempts.counters().stopped(why);
      if (why == Stop.BUDGET && !trailers.containsKey(DETAILS)) {
        trailers.discardAll(PUSHBACK);
        trailers.merge(attempts.budget().refusal(lastAttempt(status)).trailers());
      }
    }
    return status;
  }

  private static String lastAttempt(Status status) {
    return status.getDescription() == null
        ? status.getCode().name()
        : status.getCode() + ": " + status.getDescription();
  }

  @Override
  public void ended(Outcome outcome) {
    attempts.budget().callEnded((int) STATE.getAndSet(this, OVER) == RETRYING);
  }
}
