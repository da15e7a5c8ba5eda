package io.grpcplatform.telemetry;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.MessageSizes;
import io.grpcplatform.Outcome;
import io.grpcplatform.StagePlan;
import io.opentelemetry.api.trace.Span;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** All that is recorded of the calls of one method on one side. Immutable. */
final class MethodTelemetry implements StagePlan {

  private final Side side;
  private final CallKey key;
  private final @Nullable MethodMeters meters;
  private final @Nullable MethodSpans spans;
  private final @Nullable CallBaggage baggage;
  private final AccessLog accessLog;
  private final LastFailures failures;
  private final boolean mdc;
  private final ClientStreamTracer.@Nullable Factory tracers;

  /**
   * What is measured of a method.
   *
   * @param clientSizes whether a client's calls tell the sizes of their messages, which costs each
   *     of them a copy of its options; a server's always do
   */
  record Measuring(MethodMeters meters, boolean clientSizes) {}

  /**
   * Everything for one method.
   *
   * @param mdc whether the log lines of callbacks carry method and caller
   */
  MethodTelemetry(
      Side side,
      CallKey key,
      Recorders recorders,
      AccessLog accessLog,
      LastFailures failures,
      boolean mdc) {
    this.side = side;
    this.key = key;
    Measuring measuring = recorders.measuring();
    this.meters = measuring == null ? null : measuring.meters();
    this.spans = recorders.spans();
    this.baggage = recorders.baggage();
    this.accessLog = accessLog;
    this.failures = failures;
    this.mdc = mdc;
    MessageMeters messages = meters == null ? null : meters.messages();
    this.tracers =
        side == Side.CLIENT && messages != null && measuring != null && measuring.clientSizes()
            ? WireSizesTracer.telling(messages)
            : null;
  }

  /**
   * Which parts record a method's calls.
   *
   * @param baggage what carries the baggage of calls that have no span
   */
  record Recorders(
      @Nullable Measuring measuring, @Nullable MethodSpans spans, @Nullable CallBaggage baggage) {}

  @Override
  public CallHook begin(CallStart call) {
    if (tracers != null) {
      call.options(call.options().withStreamTracerFactory(tracers));
    }
    MeasuredCall measured = serves() ? served(call) : sent(call);
    return call.method().getType() == MethodType.UNARY
        ? measured
        : new NotedStream(measured, notes(measured.events()));
  }

  private MeasuredCall served(CallStart call) {
    if (spans != null) {
      return spans.served(this, call);
    }
    return baggage == null
        ? new MeasuredCall(this, call.startNanos(), call)
        : new CarryingCall(this, call.startNanos(), call, baggage.received(call.headers()));
  }

  private MeasuredCall sent(CallStart call) {
    if (spans != null) {
      return spans.sent(this, call);
    }
    return baggage == null
        ? new MeasuredCall(this, call.startNanos(), call)
        : new CarryingCall(this, call.startNanos(), call, baggage.sent(call.headers()));
  }

  @Override
  public @Nullable MessageSizes sizes() {
    return side == Side.SERVER && meters != null ? meters.messages() : null;
  }

  /** Records a call of which only the end is known. */
  void missed(Metadata headers, long startNanos, Outcome outcome) {
    MeasuredCall call =
        spans == null
            ? new MeasuredCall(this, startNanos, null)
            : spans.missed(this, headers, startNanos);
    call.ended(outcome);
  }

  /** What is noted of a stream that begins now. */
  private StreamNotes notes(@Nullable MessageEvents events) {
    return new StreamNotes(side, meters == null ? null : meters.streams(), events);
  }

  @Nullable MessageEvents events(Span span) {
    return spans == null ? null : spans.events(span);
  }

  boolean serves() {
    return side == Side.SERVER;
  }

  boolean fillsMdc() {
    return mdc;
  }

  /** What the log lines of a server's handler call the method; null where they do not. */
  @Nullable String servedName() {
    return mdc ? key.method() : null;
  }

  /** Whether anything says who calls. */
  boolean namesCallers() {
    return mdc || !accessLog.off();
  }

  boolean measures() {
    return meters != null;
  }

  boolean traces() {
    return spans != null;
  }

  boolean logs(Status status, long nanos, @Nullable String traceId) {
    return accessLog.wants(status, nanos, traceId, MethodTelemetry::chance);
  }

  private static double chance() {
    return ThreadLocalRandom.current().nextDouble();
  }

  void tell(Span span, Status status) {
    Objects.requireNonNull(spans).tell(span, status);
  }

  void received() {
    if (meters != null) {
      meters.received();
    }
  }

  void sent() {
    if (meters != null) {
      meters.sent();
    }
  }

  void record(Outcome outcome, long nanos, @Nullable String traceId) {
    if (!outcome.status().isOk()) {
      failures.add(side, key, outcome, nanos, traceId);
    }
    // Last: whatever an application adds to its registry may fail.
    if (meters != null) {
      meters.ended(outcome, nanos);
    }
  }

  void log(Outcome outcome, long nanos, @Nullable String traceId, @Nullable String caller) {
    accessLog.write(side, key, outcome, new AccessLog.Facts(nanos, traceId, caller));
  }
}
