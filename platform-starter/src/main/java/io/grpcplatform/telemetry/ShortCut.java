package io.grpcplatform.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a propagator does nothing but W3C trace context to a call that has nothing but a trace.
 * Only asked of propagators whose parts are known: one that somebody else wrote may look at
 * anything.
 *
 * @param out for calls sent without baggage
 * @param in for calls that arrive without baggage and B3
 */
record ShortCut(boolean out, boolean in) {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";
  private static final String TRACEPARENT = "00-" + TRACE + "-" + SPAN + "-01";

  static ShortCut of(TextMapPropagator propagator) {
    if (!known(propagator.getClass())) {
      return new ShortCut(false, false);
    }
    return new ShortCut(writes(propagator), reads(propagator));
  }

  private static boolean known(Class<?> type) {
    return type == W3CTraceContextPropagator.class
        || (type.getName().startsWith("org.springframework.boot.")
            && type.getSimpleName().equals("CompositeTextMapPropagator"));
  }

  private static boolean writes(TextMapPropagator propagator) {
    Span span =
        Span.wrap(
            SpanContext.create(TRACE, SPAN, TraceFlags.getSampled(), TraceState.getDefault()));
    Map<String, String> written = new HashMap<>();
    propagator.inject(
        Context.root().with(span),
        written,
        (into, name, value) -> {
          if (into != null) {
            into.put(name, value);
          }
        });
    return written.equals(Map.of("traceparent", TRACEPARENT));
  }

  private static boolean reads(TextMapPropagator propagator) {
    Context read =
        propagator.extract(Context.root(), Map.of("traceparent", TRACEPARENT), new FromMap());
    SpanContext span = Span.fromContext(read).getSpanContext();
    return span.isRemote() && span.getTraceId().equals(TRACE) && span.getSpanId().equals(SPAN);
  }

  private static final class FromMap implements TextMapGetter<Map<String, String>> {
    @Override
    public Iterable<String> keys(Map<String, String> carrier) {
      return carrier.keySet();
    }

    @Override
    public @Nullable String get(@Nullable Map<String, String> carrier, String name) {
      return carrier == null ? null : carrier.get(name);
    }
  }
}
