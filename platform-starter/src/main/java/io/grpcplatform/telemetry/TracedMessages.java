package io.grpcplatform.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages with traces of their own, by OpenTelemetry. A message's trace replaces the stream's
 * while its work runs; nothing of the stream's, baggage included, is the message's.
 */
final class TracedMessages implements MessageTraces {

  private final Tracer tracer;
  private final BooleanSupplier on;
  private final @Nullable SpanContext stream;

  private TracedMessages(Tracer tracer, BooleanSupplier on, @Nullable SpanContext stream) {
    this.tracer = tracer;
    this.on = on;
    this.stream = stream;
  }

  /** Those of any stream, while {@code on} says so. */
  static TracedMessages of(OpenTelemetry openTelemetry, BooleanSupplier on) {
    return new TracedMessages(openTelemetry.getTracer("io.grpcplatform"), on, null);
  }

  @Override
  public String current() {
    SpanContext here = Span.current().getSpanContext();
    return here.isValid() && on.getAsBoolean() ? CallerSpan.text(here) : "";
  }

  @Override
  public MessageTraces ofStream() {
    return new TracedMessages(tracer, on, Span.current().getSpanContext());
  }

  @Override
  public void send(String what, String trace, Consumer<String> sending) {
    SpanContext from = on.getAsBoolean() ? CallerSpan.of(trace) : null;
    if (from == null) {
      sending.accept(trace);
      return;
    }
    Span span = start(from, "send ", what, SpanKind.PRODUCER);
    Boolean unused =
        within(
            span,
            () -> {
              sending.accept(CallerSpan.text(span.getSpanContext()));
              return true;
            });
  }

  @Override
  public <T> T handle(String what, String trace, Supplier<T> work) {
    SpanContext from = on.getAsBoolean() ? CallerSpan.of(trace) : null;
    return from == null
        ? work.get()
        : within(start(from, "handle ", what, SpanKind.CONSUMER), work);
  }

  private Span start(SpanContext from, String verb, String what, SpanKind kind) {
    SpanBuilder builder =
        tracer
            .spanBuilder(verb + what)
            .setSpanKind(kind)
            .setParent(Context.root().with(Span.wrap(from)));
    SpanContext over = stream == null ? Span.current().getSpanContext() : stream;
    if (from.isSampled() && over.isValid()) {
      builder.addLink(over);
      builder.setAttribute("stream.trace_id", over.getTraceId());
      builder.setAttribute("stream.span_id", over.getSpanId());
    }
    return builder.startSpan();
  }

  private static <T> T within(Span span, Supplier<T> work) {
    Scope scope = Context.root().with(span).makeCurrent();
    try {
      return work.get();
    } catch (RuntimeException | Error failed) {
      span.setStatus(StatusCode.ERROR);
      span.setAttribute("error.type", failed.getClass().getName());
      throw failed;
    } finally {
      scope.close();
      span.end();
    }
  }
}
