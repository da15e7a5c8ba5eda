package io.grpcplatform.composition.endings;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.grpcplatform.ChannelContributor;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.bulkhead.BulkheadAutoConfiguration;
import io.grpcplatform.circuitbreaker.CircuitBreakerAutoConfiguration;
import io.grpcplatform.circuitbreaker.CircuitBreakerFallback;
import io.grpcplatform.deadline.DeadlineAutoConfiguration;
import io.grpcplatform.error.ErrorAutoConfiguration;
import io.grpcplatform.lifecycle.LifecycleAutoConfiguration;
import io.grpcplatform.loadshedding.LoadSheddingAutoConfiguration;
import io.grpcplatform.ratelimit.RateLimitAutoConfiguration;
import io.grpcplatform.retry.RetryAutoConfiguration;
import io.grpcplatform.telemetry.TelemetryAutoConfiguration;
import io.grpcplatform.test.v1.EndingRequest;
import io.grpcplatform.test.v1.EndingResponse;
import io.grpcplatform.test.v1.EndingServiceGrpc;
import io.grpcplatform.validation.ValidationAutoConfiguration;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.support.TestPropertySourceUtils;

/** Every feature as Spring makes it, on a meter registry and a tracer that a test can look into. */
final class Assembly implements AutoCloseable {

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final EndedSpans spans = new EndedSpans();
  private final AnnotationConfigApplicationContext context =
      new AnnotationConfigApplicationContext();

  Assembly(List<String> properties) {
    List<String> all = new ArrayList<>(properties);
    all.add("platform.telemetry.access-log.mode=all");
    TestPropertySourceUtils.addInlinedPropertiesToEnvironment(context, all.toArray(String[]::new));
    OpenTelemetry traces =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    context.registerBean("meters", SimpleMeterRegistry.class, () -> meters);
    context.registerBean("openTelemetry", OpenTelemetry.class, () -> traces);
    context.registerBean(Script.Advice.class);
    context.register(Features.class);
    if (properties.contains(FALLBACK)) {
      context.register(WithFallback.class);
    }
    context.refresh();
  }

  /** The property of an assembly in which something else answers unary calls that are refused. */
  static final String FALLBACK = "endings.fallback=true";

  Collection<ServerFeature> serverFeatures() {
    return context.getBeansOfType(ServerFeature.class).values();
  }

  Collection<ClientFeature> clientFeatures() {
    return context.getBeansOfType(ClientFeature.class).values();
  }

  Collection<ChannelContributor> channelContributors() {
    return context.getBeansOfType(ChannelContributor.class).values();
  }

  DrainSignal drain() {
    return context.getBean(DrainSignal.class);
  }

  CircuitBreakerRegistry breakers() {
    return context.getBean(CircuitBreakerRegistry.class);
  }

  @Override
  public void close() {
    context.close();
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({
    io.github.resilience4j.springboot3.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration
        .class,
    PlatformAutoConfiguration.class,
    BulkheadAutoConfiguration.class,
    CircuitBreakerAutoConfiguration.class,
    DeadlineAutoConfiguration.class,
    ErrorAutoConfiguration.class,
    LifecycleAutoConfiguration.class,
    LoadSheddingAutoConfiguration.class,
    RateLimitAutoConfiguration.class,
    RetryAutoConfiguration.class,
    TelemetryAutoConfiguration.class,
    ValidationAutoConfiguration.class
  })
  static class Features {}

  @Configuration(proxyBeanMethods = false)
  static class WithFallback {

    @Bean
    CircuitBreakerFallback<EndingRequest, EndingResponse> fallback() {
      return CircuitBreakerFallback.of(
          EndingServiceGrpc.getUnaryMethod(), request -> EndingResponse.getDefaultInstance());
    }
  }
}
