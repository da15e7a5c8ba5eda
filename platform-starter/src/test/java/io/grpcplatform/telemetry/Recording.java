package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.error.ErrorAutoConfiguration;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.test.context.support.TestPropertySourceUtils;

/**
 * Telemetry and errors as Spring makes them, on registries that a test can look into. A call's span
 * ends after its timer and its log line are written, so a test that waits for the span has them
 * all.
 */
final class Recording implements AutoCloseable {

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final InMemorySpanExporter spans = InMemorySpanExporter.create();
  final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();
  private final Map<SpanKind, BlockingQueue<SpanData>> ended = new ConcurrentHashMap<>();
  private final AnnotationConfigApplicationContext context =
      new AnnotationConfigApplicationContext();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          event.getMDCPropertyMap();
          lines.add(event);
        }
      };
  final OpenTelemetry openTelemetry;

  Recording(String... properties) {
    this(Sampler.alwaysOn(), properties);
  }

  Recording(Sampler sampler, String... properties) {
    for (SpanKind kind : SpanKind.values()) {
      ended.put(kind, new LinkedBlockingQueue<>());
    }
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setSampler(sampler)
            .addSpanProcessor(SimpleSpanProcessor.create(spans))
            .addSpanProcessor(SimpleSpanProcessor.create(new Told()))
            .build();
    openTelemetry =
        OpenTelemetrySdk.builder()
            .setTracerProvider(provider)
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    TestPropertySourceUtils.addInlinedPropertiesToEnvironment(context, properties);
    context.registerBean("meters", SimpleMeterRegistry.class, () -> meters);
    context.registerBean("openTelemetry", OpenTelemetry.class, () -> openTelemetry);
    context.register(
        PlatformAutoConfiguration.class,
        TelemetryAutoConfiguration.class,
        ErrorAutoConfiguration.class);
    context.refresh();
    appender.start();
    logger().addAppender(appender);
    logger().setLevel(Level.INFO);
    logger().setAdditive(false);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(AccessLog.class);
  }

  Collection<ServerFeature> serverFeatures() {
    return new ArrayList<>(context.getBeansOfType(ServerFeature.class).values());
  }

  Collection<ClientFeature> clientFeatures() {
    return new ArrayList<>(context.getBeansOfType(ClientFeature.class).values());
  }

  /** The next span of {@code kind} to end; waits for it. */
  SpanData span(SpanKind kind) throws InterruptedException {
    SpanData span = ended.get(kind).poll(10, TimeUnit.SECONDS);
    assertThat(span).as("a %s span ends", kind).isNotNull();
    return span;
  }

  @Override
  public void close() {
    logger().detachAppender(appender);
    logger().setLevel(null);
    logger().setAdditive(true);
    context.close();
  }

  private final class Told implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> batch) {
      batch.forEach(span -> ended.get(span.getKind()).add(span));
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
