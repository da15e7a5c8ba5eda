package io.grpcplatform.samples.order.demo;

import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.samples.order.v1.NewOrder;
import io.grpcplatform.telemetry.Telemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.zipkin.ZipkinSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The shopper's side of each trace: a span from the wish to the order's end, and the calls in it.
 * Remembers two that are worth a look. Safe for any thread.
 */
final class Purchases implements AutoCloseable {
  private final OpenTelemetry openTelemetry;
  private final @Nullable OpenTelemetrySdk sdk;
  private @Nullable Ended first;
  private @Nullable Ended longest;

  /** An order that somebody wants, and the span in which it is bought. */
  record Purchase(NewOrder order, Span span, long since) {
    /** Runs work in which the span is current. */
    void within(Runnable work) {
      Context.root().with(span).wrap(work).run();
    }
  }

  /** One that was confirmed. */
  record Ended(String traceId, Duration took) {}

  private Purchases(OpenTelemetry openTelemetry, @Nullable OpenTelemetrySdk sdk) {
    this.openTelemetry = openTelemetry;
    this.sdk = sdk;
  }

  static Purchases untraced() {
    return new Purchases(OpenTelemetry.noop(), null);
  }

  static Purchases tracedTo(String zipkin) {
    ZipkinSpanExporter exporter = ZipkinSpanExporter.builder().setEndpoint(zipkin).build();
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "shopper")))
            .addSpanProcessor(
                BatchSpanProcessor.builder(exporter)
                    .setScheduleDelay(Duration.ofMillis(500))
                    .build())
            .build();
    OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(provider)
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    return new Purchases(sdk, sdk);
  }

  /** Traces the calls of a channel. */
  NettyChannelBuilder traced(NettyChannelBuilder channel) {
    ClientPipeline.of("order", List.of(Telemetry.client(openTelemetry))).install(channel);
    return channel;
  }

  Purchase begin(NewOrder order) {
    Span span = openTelemetry.getTracer("shopper").spanBuilder("buy").setNoParent().startSpan();
    return new Purchase(order, span, System.nanoTime());
  }

  void end(Purchase purchase, boolean confirmed) {
    purchase.span().end();
    if (confirmed && purchase.span().getSpanContext().isValid()) {
      Duration took = Duration.ofNanos(System.nanoTime() - purchase.since());
      confirmed(new Ended(purchase.span().getSpanContext().getTraceId(), took));
    }
  }

  private synchronized void confirmed(Ended ended) {
    if (first == null) {
      first = ended;
    }
    if (longest == null || longest.took().compareTo(ended.took()) < 0) {
      longest = ended;
    }
  }

  /** The first that was confirmed. */
  synchronized Optional<Ended> first() {
    return Optional.ofNullable(first);
  }

  /** The one that took longest to be confirmed. */
  synchronized Optional<Ended> longest() {
    return Optional.ofNullable(longest);
  }

  @Override
  public void close() {
    if (sdk != null) {
      sdk.close();
    }
  }
}
