package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.autoconfigure.opentelemetry.OpenTelemetryAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.tracing.MicrometerTracingAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.tracing.OpenTelemetryTracingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The short cut past Spring Boot's composite propagator gives what the composite gives. */
final class TracePropagationTest {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";
  private static final String W3C = "00-" + TRACE + "-" + SPAN + "-01";
  private static final BaggageGate GATE = new BaggageGate(List.of("tenant"));
  private static final Context CALL =
      Context.root()
          .with(
              Span.wrap(
                  SpanContext.create(
                      TRACE, SPAN, TraceFlags.getSampled(), TraceState.getDefault())));

  private final ApplicationContextRunner boot =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  OpenTelemetryAutoConfiguration.class,
                  OpenTelemetryTracingAutoConfiguration.class,
                  MicrometerTracingAutoConfiguration.class));

  @Test
  void plainTracesGoTheShortWay() {
    with(
        boot,
        propagator -> {
          assertThat(ShortCut.of(propagator)).isEqualTo(new ShortCut(true, true));
          TracePropagation propagation = new TracePropagation(propagator, GATE);

          assertThat(sent(propagation, CALL)).containsExactly("traceparent=" + W3C);
          assertThat(trace(propagation, "traceparent", W3C)).isEqualTo(TRACE);
          assertThat(propagation.extract(new Metadata())).isSameAs(Context.root());
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        W3C,
        "00-" + TRACE + "-" + SPAN + "-00",
        "00-" + TRACE + "-" + SPAN + "-ff",
        "cc-" + TRACE + "-" + SPAN + "-01",
        "cc-" + TRACE + "-" + SPAN + "-01-more",
        "ff-" + TRACE + "-" + SPAN + "-01",
        "00-" + TRACE + "-" + SPAN + "-01-more",
        "00-" + TRACE + "-" + SPAN + "-0",
        "00-" + TRACE + "-" + SPAN + "-zz",
        "00-" + TRACE + "-" + SPAN + "_01",
        "00-" + TRACE + "_" + SPAN + "-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-" + TRACE + "-00F067AA0BA902B7-01",
        "00-00000000000000000000000000000000-" + SPAN + "-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01",
        "00-" + TRACE + "-" + SPAN + "-\u00e91",
        ""
      })
  void everyTraceparentIsReadAsThePropagatorReadsIt(String header) {
    TextMapPropagator w3c = W3CTraceContextPropagator.getInstance();
    TracePropagation propagation = new TracePropagation(w3c, GATE);
    Metadata headers = new Metadata();
    headers.put(key("traceparent"), header);

    SpanContext read = Span.fromContext(propagation.extract(headers)).getSpanContext();

    SpanContext expected =
        Span.fromContext(w3c.extract(Context.root(), headers, propagation)).getSpanContext();
    assertThat(read.isValid()).isEqualTo(expected.isValid());
    assertThat(read.getTraceId()).isEqualTo(expected.getTraceId());
    assertThat(read.getSpanId()).isEqualTo(expected.getSpanId());
    assertThat(read.getTraceFlags()).isEqualTo(expected.getTraceFlags());
    assertThat(read.isRemote()).isEqualTo(expected.isRemote());
  }

  @Test
  void theStateOfATraceIsReadToo() {
    TracePropagation propagation =
        new TracePropagation(W3CTraceContextPropagator.getInstance(), GATE);
    Metadata headers = new Metadata();
    headers.put(key("traceparent"), W3C);
    headers.put(key("tracestate"), "vendor=blue");

    SpanContext read = Span.fromContext(propagation.extract(headers)).getSpanContext();

    assertThat(read.getTraceState().get("vendor")).isEqualTo("blue");
  }

  @Test
  void traceInTheFormOfB3IsContinued() {
    with(
        boot,
        propagator -> {
          TracePropagation propagation = new TracePropagation(propagator, GATE);

          assertThat(trace(propagation, "b3", TRACE + "-" + SPAN + "-1")).isEqualTo(TRACE);
        });
  }

  @Test
  void tracesAreSentInTheFormOfB3OnRequest() {
    with(
        boot.withPropertyValues("management.tracing.propagation.type=b3"),
        propagator -> {
          TracePropagation propagation = new TracePropagation(propagator, GATE);

          assertThat(sent(propagation, CALL)).containsExactly("b3=" + TRACE + "-" + SPAN + "-1");
          assertThat(Span.fromContext(received(propagation, "traceparent", W3C)).getSpanContext())
              .isEqualTo(SpanContext.getInvalid());
        });
  }

  @Test
  void baggageTravelsBothWays() {
    with(
        boot.withPropertyValues("management.tracing.baggage.remote-fields=tenant"),
        propagator -> {
          TracePropagation propagation = new TracePropagation(propagator, GATE);
          Context carrying = CALL.with(Baggage.builder().put("tenant", "blue").build());

          Metadata in = new Metadata();
          in.put(key("traceparent"), W3C);
          in.put(key("tenant"), "blue");
          Context read = propagation.extract(in);

          assertThat(Baggage.fromContext(read).getEntryValue("tenant")).isEqualTo("blue");
          assertThat(sent(propagation, carrying))
              .contains("traceparent=" + W3C, "baggage=tenant=blue");
        });
  }

  @Test
  void propagatorOfTheApplicationsOwnIsAlwaysAsked() {
    TextMapPropagator own =
        TextMapPropagator.composite(
            W3CTraceContextPropagator.getInstance(), new TenantPropagator());
    TracePropagation propagation = new TracePropagation(own, GATE);

    assertThat(ShortCut.of(own)).isEqualTo(new ShortCut(false, false));
    assertThat(sent(propagation, CALL.with(TenantPropagator.TENANT, "blue")))
        .contains("x-tenant=blue");
    assertThat(received(propagation, "x-tenant", "red").get(TenantPropagator.TENANT))
        .isEqualTo("red");
  }

  @Test
  void traceparentReplacesTheOneThatWasThere() {
    TracePropagation propagation =
        new TracePropagation(W3CTraceContextPropagator.getInstance(), GATE);
    Metadata headers = new Metadata();
    headers.put(key("traceparent"), "00-" + SPAN + SPAN + "-" + SPAN + "-00");

    propagation.inject(CALL, headers);

    assertThat(headers.getAll(key("traceparent"))).containsExactly(W3C);
  }

  private static void with(ApplicationContextRunner runner, Consumer<TextMapPropagator> test) {
    runner.run(
        context ->
            test.accept(
                context.getBean(OpenTelemetry.class).getPropagators().getTextMapPropagator()));
  }

  private static List<String> sent(TracePropagation propagation, Context context) {
    Metadata headers = new Metadata();
    try (var scope = context.makeCurrent()) {
      propagation.inject(context, headers);
    }
    return headers.keys().stream().map(name -> name + "=" + headers.get(key(name))).toList();
  }

  private static String trace(TracePropagation propagation, String name, String value) {
    return Span.fromContext(received(propagation, name, value)).getSpanContext().getTraceId();
  }

  private static Context received(TracePropagation propagation, String name, String value) {
    Metadata headers = new Metadata();
    headers.put(key(name), value);
    return propagation.extract(headers);
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static final class TenantPropagator implements TextMapPropagator {
    private static final ContextKey<String> TENANT = ContextKey.named("tenant");

    @Override
    public Collection<String> fields() {
      return List.of("x-tenant");
    }

    @Override
    public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
      String tenant = context.get(TENANT);
      if (tenant != null) {
        setter.set(carrier, "x-tenant", tenant);
      }
    }

    @Override
    public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
      String tenant = getter.get(carrier, "x-tenant");
      return tenant == null ? context : context.with(TENANT, tenant);
    }
  }
}
