package io.grpcplatform.telemetry;

import io.grpcplatform.CallHook;
import io.grpcplatform.CallStart;
import io.grpcplatform.Caller;
import io.grpcplatform.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * One call that is timed and logged, but not traced. What its callbacks log carries the method and
 * the caller; on a client those of the call that was being served when it started.
 */
sealed class MeasuredCall implements CallHook permits CarryingCall {

  /** Stands for a scope that has fields of the log and nothing to close. */
  private static final Object FIELDS_ONLY = new Object();

  final MethodTelemetry method;
  private final long startNanos;
  private final @Nullable String served;
  // A server's first callback may learn more of the caller than the start knew. Written on the
  // call's threads, read at its end: a stale value names the peer, which is no lie.
  private @Nullable String caller;

  /** A scope on a thread that had fields of its own. */
  private record Nested(@Nullable Object inner, LogFields before) {}

  /**
   * A call that began.
   *
   * @param start null for a call that ended before anything could look at it
   */
  MeasuredCall(MethodTelemetry method, long startNanos, @Nullable CallStart start) {
    this.method = method;
    this.startNanos = startNanos;
    if (start != null && method.serves()) {
      this.served = method.servedName();
      this.caller = method.namesCallers() ? PeerResolver.of(start.attributes()) : null;
    } else {
      LogFields around = start == null || !method.fillsMdc() ? null : LogFields.current();
      this.served = around == null ? null : around.method();
      this.caller = around == null ? null : around.caller();
    }
  }

  /** Where the messages of this call are told one by one; null where they are not. */
  @Nullable MessageEvents events() {
    return null;
  }

  final long lived() {
    return System.nanoTime() - startNanos;
  }

  @Override
  public void received(Object message) {
    method.received();
  }

  @Override
  public void sent(Object message) {
    method.sent();
  }

  @Override
  public final @Nullable Object enter() {
    if (method.serves()) {
      Caller verified = Caller.CURRENT.get();
      if (verified != null) {
        caller = verified.id();
      }
    }
    Object inner = attach();
    if (served == null) {
      return inner;
    }
    LogFields before = LogFields.replace(served, caller);
    if (before != null) {
      return new Nested(inner, before);
    }
    return inner == null ? FIELDS_ONLY : inner;
  }

  @Override
  public final void exit(Object scope) {
    Object inner = scope;
    if (scope instanceof Nested nested) {
      LogFields.restore(nested.before());
      inner = nested.inner();
    } else if (served != null) {
      LogFields.restore(null);
    }
    if (inner != null && inner != FIELDS_ONLY) {
      detach(inner);
    }
  }

  /** Opens what a call that carries more has to open; null for nothing. */
  @Nullable Object attach() {
    return null;
  }

  /** Closes what {@link #attach} opened. */
  void detach(Object attached) {}

  /** Runs on the transport thread (server) or the call's executor (client). */
  @Override
  public final void ended(Outcome outcome) {
    long nanos = lived();
    tell(outcome, nanos, method.logs(outcome.status(), nanos, traceId()));
  }

  /**
   * Tells how the call ended.
   *
   * @param logged whether it has a line in the access log
   */
  void tell(Outcome outcome, long nanos, boolean logged) {
    try {
      method.record(outcome, nanos, traceId());
    } finally {
      if (logged) {
        method.log(outcome, nanos, traceId(), caller);
      }
    }
  }
}
