package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpcplatform.CallKey;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.Outcome;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.MetricsAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.metrics.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.opentelemetry.OpenTelemetryAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.tracing.MicrometerTracingAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.tracing.OpenTelemetryTracingAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Which parts are on, with what Spring Boot's actuator and the class path have to offer. */
final class TelemetryAutoConfigurationTest {

  private static final CallKey KEY = new CallKey("", "pkg.Service", "Method");
  private static final Outcome OK = new Outcome(Status.OK, new Metadata(), null, false);

  private final ApplicationContextRunner alone =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class, TelemetryAutoConfiguration.class));

  private final ApplicationContextRunner withActuator =
      alone.withConfiguration(
          AutoConfigurations.of(
              MetricsAutoConfiguration.class,
              SimpleMetricsExportAutoConfiguration.class,
              CompositeMeterRegistryAutoConfiguration.class,
              OpenTelemetryAutoConfiguration.class,
              OpenTelemetryTracingAutoConfiguration.class,
              MicrometerTracingAutoConfiguration.class));

  @Test
  void actuatorTurnsMetricsAndTracingOn() {
    withActuator.run(
        context -> {
          assertThat(context).hasSingleBean(CallMeters.class).hasSingleBean(CallSpans.class);
          assertThat(context).hasSingleBean(TelemetryServerStage.class);
          assertThat(context).hasSingleBean(TelemetryClientStage.class);
          assertThat(context).hasSingleBean(OtelTracer.class);
        });
  }

  @Test
  void withoutARegistryOrATracerThatHalfIsOff() {
    alone.run(
        context -> {
          assertThat(context).doesNotHaveBean(CallMeters.class).doesNotHaveBean(CallSpans.class);
          assertThat(context).hasSingleBean(TelemetryServerStage.class);
        });
  }

  @ParameterizedTest
  @CsvSource({
    "platform.telemetry.metrics.enabled, false, true",
    "platform.telemetry.tracing.enabled, true, false",
    "management.tracing.enabled, true, false",
    "platform.telemetry.enabled, false, false"
  })
  void eachHalfIsSwitchedOffByItsProperty(String property, boolean metrics, boolean tracing) {
    withActuator
        .withPropertyValues(property + "=false")
        .run(
            context -> {
              MethodTelemetry telemetry =
                  context.getBean(TelemetryParts.class).of(Side.SERVER, KEY, MethodType.UNARY);
              assertThat(telemetry != null && telemetry.measures()).isEqualTo(metrics);
              assertThat(telemetry != null && telemetry.traces()).isEqualTo(tracing);
            });
  }

  @Test
  void partsAreSwitchedOffAndOnWhileItRuns() {
    withActuator.run(
        context -> {
          Live<?> settings = context.getBean(TelemetryParts.class).live();
          Object on = settings.get();
          TelemetryServerStage stage = context.getBean(TelemetryServerStage.class);
          LiveSettings all = context.getBean(LiveSettings.class);
          TelemetryProperties usual = TelemetryProperties.standard();
          all.apply(
              Map.of(
                  settings,
                  new TelemetryProperties(
                      false, usual.metrics(), usual.tracing(), usual.mdc(), usual.accessLog())));
          stage.unseen(KEY, new Metadata(), System.nanoTime(), OK);

          assertThat(stage.plan(KEY, EchoServiceGrpc.getUnaryMethod())).isNull();
          assertThat(context.getBean(MeterRegistry.class).find("grpc.server").timers()).isEmpty();
          all.apply(Map.of(settings, on));
          stage.unseen(KEY, new Metadata(), System.nanoTime(), OK);

          assertThat(stage.plan(KEY, EchoServiceGrpc.getUnaryMethod())).isNotNull();
          assertThat(context.getBean(MeterRegistry.class).find("grpc.server").timers()).hasSize(1);
        });
  }

  @Test
  void withoutTheLibrariesTheAccessLogIsLeft() {
    alone
        .withClassLoader(new FilteredClassLoader(MeterRegistry.class, OpenTelemetry.class))
        .run(context -> assertThat(context).hasSingleBean(TelemetryClientStage.class));
  }

  @Test
  void allOffCostsNothingPerCall() {
    alone
        .withPropertyValues("platform.telemetry.access-log.mode=off")
        .run(
            context ->
                assertThat(
                        context
                            .getBean(TelemetryParts.class)
                            .of(Side.SERVER, KEY, MethodType.UNARY))
                    .isNull());
    withActuator
        .withPropertyValues("platform.telemetry.enabled=false")
        .run(
            context ->
                assertThat(
                        context
                            .getBean(TelemetryParts.class)
                            .of(Side.SERVER, KEY, MethodType.UNARY))
                    .isNull());
  }

  @Test
  void failuresAreLoggedByDefault() {
    alone.run(
        context ->
            assertThat(context.getBean(TelemetryProperties.class).accessLog().mode())
                .isEqualTo(AccessLog.Mode.FAILURES));
  }

  @ParameterizedTest
  @CsvSource({
    "platform.telemetry.access-log.mode=loud, loud",
    "platform.telemetry.access-log.level=info, platform.telemetry.access-log.level",
    "platform.telemetry.metric.enabled=false, platform.telemetry.metric.enabled",
    "platform.telemetry.tracing.message-events=-1, 0 (off) to 1000",
    "platform.telemetry.tracing.message-events=1001, 0 (off) to 1000"
  })
  void wrongSettingFailsTheStartByName(String property, String named) {
    alone
        .withPropertyValues(property)
        .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(named));
  }

  @Test
  void bothTimersAreHistogramsUnlessTheApplicationSaysOtherwise() {
    withActuator.run(
        context ->
            assertThat(
                    buckets(
                        context.getBean(TelemetryParts.class),
                        context.getBean(MeterRegistry.class)))
                .isTrue());
    withActuator
        .withPropertyValues(
            "management.metrics.distribution.percentiles-histogram.grpc.server=false")
        .run(
            context ->
                assertThat(
                        buckets(
                            context.getBean(TelemetryParts.class),
                            context.getBean(MeterRegistry.class)))
                    .isFalse());
  }

  /** Whether the server's timer asks for a histogram once Spring Boot's settings are applied. */
  private static boolean buckets(TelemetryParts telemetry, MeterRegistry registry) {
    boolean[] asked = new boolean[1];
    registry
        .config()
        .meterFilter(
            new io.micrometer.core.instrument.config.MeterFilter() {
              @Override
              public DistributionStatisticConfig configure(
                  io.micrometer.core.instrument.Meter.Id id, DistributionStatisticConfig config) {
                asked[0] = Boolean.TRUE.equals(config.isPercentileHistogram());
                return config;
              }
            });
    telemetry.of(Side.SERVER, KEY, MethodType.UNARY).record(OK, 1050, null);
    return asked[0];
  }

  @Test
  void oneTimerPerStatusAndNoneInAdvance() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    MethodTimers timers = new MethodTimers(registry, Side.CLIENT, KEY, MethodType.BIDI_STREAMING);

    assertThat(registry.getMeters()).isEmpty();
    timers.record(Status.Code.OK, Duration.ofMillis(3).toNanos());
    timers.record(Status.Code.OK, Duration.ofMillis(4).toNanos());
    timers.record(Status.Code.UNAVAILABLE, Duration.ofMillis(5).toNanos());

    assertThat(registry.getMeters()).hasSize(2);
    Timer ok = registry.get("grpc.client").tag("grpc.status_code", "OK").timer();
    assertThat(ok.count()).isEqualTo(2);
    assertThat(ok.totalTime(java.util.concurrent.TimeUnit.MILLISECONDS)).isEqualTo(7);
    assertThat(ok.getId().getTags().toString())
        .isEqualTo(
            "[tag(grpc.status_code=OK), tag(rpc.method=Method), tag(rpc.service=pkg.Service),"
                + " tag(rpc.type=BIDI_STREAMING)]");
  }
}
