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
import org.jspecify.annotations.Nullable;

/** All that is recorded of the calls of one method on one side. Immutable. */
final class MethodTelemetry implements StagePlan {

  private final Side side;
  private final CallKey key;
  private final @Nullable MethodMeters meters;
  private final @Nullable MethodSpans spans;
  private final AccessLog accessLog;
  private final ClientStreamTracer.@Nullable Factory tracers;

  /**
   * What is measured of a method.
   *
   * @param clientSizes whether a client's calls tell the sizes of their messages, which costs each
   *     of them a copy of its options; a server's always do
   */
  record Measuring(MethodMeters meters, boolean clientSizes) {}

  MethodTelemetry(
      Side side,
      CallKey key,
      @Nullable Measuring measuring,
      @Nullable MethodSpans spans,
      AccessLog accessLog) {
    this.side = side;
    this.key = key;
    this.meters = measuring == null ? null : measuring.meters();
    this.spans = spans;
    this.accessLog = accessLog;
    MessageMeters messages = meters == null ? null : meters.messages();
    this.tracers =
        side == Side.CLIENT && messages != null && measuring != null && measuring.clientSizes()
            ? WireSizesTracer.telling(messages)
            : null;
  }

  @Override
  public CallHook begin(CallStart call) {
    if (tracers != null) {
      call.options(call.options().withStreamTracerFactory(tracers));
    }
    MeasuredCall measured = measured(call);
    return call.method().getType() == MethodType.UNARY
        ? measured
        : new NotedStream(measured, notes(measured.events()));
  }

  private MeasuredCall measured(CallStart call) {
    if (spans == null) {
      return new MeasuredCall(this, call.startNanos());
    }
    return side == Side.SERVER
        ? spans.served(this, call.headers(), call.startNanos())
        : spans.sent(this, call.headers(), call.startNanos());
  }

  @Override
  public @Nullable MessageSizes sizes() {
    return side == Side.SERVER && meters != null ? meters.messages() : null;
  }

  /** Records a call of which only the end is known. */
  void missed(Metadata headers, long startNanos, Outcome outcome) {
    MeasuredCall call =
        spans == null
            ? new MeasuredCall(this, startNanos)
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

  boolean measures() {
    return meters != null;
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
    if (meters != null) {
      meters.ended(outcome, nanos);
    }
    if (accessLog.wants(outcome.status())) {
      accessLog.write(side, key, outcome, nanos, traceId);
    }
  }
}
