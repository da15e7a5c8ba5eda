package io.grpcplatform.telemetry;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpcplatform.Attempt;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one method on one side. Uses the OpenTelemetry API, not Micrometer's facade over it;
 * see {@code docs/decisions/0008-spans-by-the-opentelemetry-api.md}.
 *
 * <p>A span that is not recorded costs its identity and nothing else: attributes are set once
 * recording is certain.
 */
final class MethodSpans {

  private static final AttributeKey<String> STATUS_CODE =
      AttributeKey.stringKey("grpc.status_code");
  private static final AttributeKey<String> ATTEMPT_KIND = AttributeKey.stringKey("kind");
  private static final AttributeKey<Long> PREVIOUS_ATTEMPTS =
      AttributeKey.longKey("previous-rpc-attempts");
  private static final AttributeKey<Boolean> TRANSPARENT_RETRY =
      AttributeKey.booleanKey("transparent-retry");

  private final Tracer tracer;
  private final TracePropagation propagation;
  private final String name;
  private final SpanKind kind;
  private final boolean streaming;
  private final int messageEvents;
  private final Attributes attributes;

  /**
   * The spans of a method.
   *
   * @param messageEvents how many messages of a stream have an event each
   */
  MethodSpans(
      Tracer tracer,
      TracePropagation propagation,
      Side side,
      CallKey key,
      MethodType type,
      int messageEvents) {
    this.messageEvents = messageEvents;
    this.tracer = tracer;
    this.propagation = propagation;
    this.name = key.fullMethodName();
    this.kind = side == Side.SERVER ? SpanKind.SERVER : SpanKind.CLIENT;
    this.streaming = type != MethodType.UNARY;
    this.attributes =
        Attributes.builder()
            .put("rpc.system", "grpc")
            .put("rpc.service", key.service())
            .put("rpc.method", key.method())
            .put("rpc.type", type.name())
            .build();
  }

  /** A span that continues the trace the caller sent. */
  TracedCall served(MethodTelemetry method, CallStart call) {
    Context caller = propagation.extract(call.headers());
    Span span = start(caller);
    return new TracedCall(method, call.startNanos(), call, span, caller.with(span));
  }

  /**
   * A span below the one that is current, sent along in its headers. The caller's callbacks run in
   * the caller's own trace context, so that what they call next is no child of this call. A caller
   * without one gets this call's, where that is worth a scope: on a stream, or on a call that is
   * recorded.
   */
  TracedCall sent(MethodTelemetry method, CallStart call) {
    Context caller = Context.current();
    Span span = start(caller);
    propagation.inject(caller, span, call.headers());
    Context callbacks = null;
    if (Span.fromContext(caller).getSpanContext().isValid()) {
      callbacks = caller;
    } else if (streaming || span.isRecording()) {
      callbacks = caller.with(span);
    } else if (Baggage.fromContextOrNull(caller) != null) {
      callbacks = caller;
    }
    return new TracedCall(method, call.startNanos(), call, span, callbacks);
  }

  /** Where the messages of a stream are told; null where they are not. */
  @Nullable MessageEvents events(Span span) {
    return messageEvents > 0 && span.isRecording() ? new MessageEvents(span, messageEvents) : null;
  }

  /** A span of a call that ended before anything could look at it. */
  TracedCall missed(MethodTelemetry method, Metadata headers, long startNanos) {
    Context caller = propagation.extract(headers);
    long began =
        TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis())
            - (System.nanoTime() - startNanos);
    Span span =
        tracer
            .spanBuilder(name)
            .setSpanKind(kind)
            .setParent(caller)
            .setStartTimestamp(began, TimeUnit.NANOSECONDS)
            .startSpan();
    return new TracedCall(method, startNanos, null, span, caller.with(span));
  }

  private Span start(Context parent) {
    return tracer.spanBuilder(name).setSpanKind(kind).setParent(parent).startSpan();
  }

  /** Says that an attempt of a recorded span's call went out, in the words of gRFC A72. */
  static void tellAttempt(Span span, Attempt kind, int previous) {
    span.addEvent(
        "attempt",
        Attributes.of(
            ATTEMPT_KIND,
            kind.name().toLowerCase(Locale.ROOT),
            PREVIOUS_ATTEMPTS,
            (long) previous,
            TRANSPARENT_RETRY,
            kind == Attempt.TRANSPARENT));
  }

  /** Says how the call of a recorded span ended. */
  void tell(Span span, Status status) {
    span.setAllAttributes(attributes);
    span.setAttribute(STATUS_CODE, status.getCode().name());
    if (!status.isOk()) {
      span.setStatus(StatusCode.ERROR, status.getCode().name());
    }
  }
}
