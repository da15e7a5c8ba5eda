package io.grpcplatform.telemetry;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import org.jspecify.annotations.Nullable;

/**
 * The caller's span as {@code traceparent} names it. A call whose trace is not recorded needs no
 * more of it than the trace's id, so the span's id stays in the header until somebody asks; that
 * halves what reading the header allocates.
 */
final class CallerSpan implements SpanContext {

  // Of W3C trace context, version 00: version, trace id, span id and flags, with dashes between.
  private static final int LENGTH = 55;
  private static final int TRACE = 3;
  private static final int TRACE_END = TRACE + TraceId.getLength();
  private static final int SPAN = TRACE_END + 1;
  private static final int SPAN_END = 52;
  private static final int FLAGS = SPAN_END + 1;

  private final String header;
  private final String traceId;
  private final TraceFlags flags;

  private CallerSpan(String header, String traceId) {
    this.header = header;
    this.traceId = traceId;
    this.flags = TraceFlags.fromHex(header, FLAGS);
  }

  /** Null for anything but a sound header of version 00: that is the propagator's own to judge. */
  static @Nullable CallerSpan of(@Nullable String header) {
    if (header == null
        || header.length() != LENGTH
        || !header.startsWith("00-")
        || header.charAt(TRACE_END) != '-'
        || header.charAt(SPAN_END) != '-'
        || !hex(header, SPAN, SPAN_END)
        || zero(header, SPAN, SPAN_END)
        || !hex(header, FLAGS, LENGTH)) {
      return null;
    }
    String traceId = header.substring(TRACE, TRACE_END);
    return TraceId.isValid(traceId) ? new CallerSpan(header, traceId) : null;
  }

  /** The header that names {@code span}. */
  static String text(SpanContext span) {
    return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex();
  }

  private static boolean hex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char digit = text.charAt(i);
      if (!(digit >= '0' && digit <= '9') && !(digit >= 'a' && digit <= 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean zero(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }

  @Override
  public String getTraceId() {
    return traceId;
  }

  @Override
  public String getSpanId() {
    return header.substring(SPAN, SPAN_END);
  }

  @Override
  public TraceFlags getTraceFlags() {
    return flags;
  }

  @Override
  public TraceState getTraceState() {
    return TraceState.getDefault();
  }

  /** Checked when it was read; the interface's own answer would cut the ids out. */
  @Override
  public boolean isValid() {
    return true;
  }

  @Override
  public boolean isRemote() {
    return true;
  }
}
