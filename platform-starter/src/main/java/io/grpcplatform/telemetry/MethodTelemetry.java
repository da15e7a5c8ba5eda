package io.grpcplatform.telemetry;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.Outcome;
import io.grpcplatform.StagePlan;
import io.opentelemetry.api.trace.Span;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** All that is recorded of the calls of one method on one side. Immutable. */
final class MethodTelemetry implements StagePlan {

  private final Side side;
  private final CallKey key;
  private final @Nullable MethodTimers timers;
  private final @Nullable MethodSpans spans;
  private final AccessLog accessLog;
  private final LastFailures failures;

  MethodTelemetry(
      Side side,
      CallKey key,
      @Nullable MethodTimers timers,
      @Nullable MethodSpans spans,
      AccessLog accessLog,
      LastFailures failures) {
    this.side = side;
    this.key = key;
    this.timers = timers;
    this.spans = spans;
    this.accessLog = accessLog;
    this.failures = failures;
  }

  @Override
  public CallHook begin(CallStart call) {
    if (spans == null) {
      return new MeasuredCall(this, call.startNanos());
    }
    return side == Side.SERVER
        ? spans.served(this, call.headers(), call.startNanos())
        : spans.sent(this, call.headers(), call.startNanos());
  }

  /** Records a call of which only the end is known. */
  void missed(Metadata headers, long startNanos, Outcome outcome) {
    MeasuredCall call =
        spans == null
            ? new MeasuredCall(this, startNanos)
            : spans.missed(this, headers, startNanos);
    call.ended(outcome);
  }

  boolean measures() {
    return timers != null;
  }

  boolean traces() {
    return spans != null;
  }

  boolean logs(Status status) {
    return accessLog.wants(status);
  }

  void tell(Span span, Status status) {
    Objects.requireNonNull(spans).tell(span, status);
  }

  void record(Outcome outcome, long nanos, @Nullable String traceId) {
    if (timers != null) {
      timers.record(outcome.status().getCode(), nanos);
    }
    if (!outcome.status().isOk()) {
      failures.add(side, key, outcome, nanos, traceId);
    }
    if (accessLog.wants(outcome.status())) {
      accessLog.write(side, key, outcome, nanos, traceId);
    }
  }
}
