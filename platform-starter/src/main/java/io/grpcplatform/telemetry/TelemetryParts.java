package io.grpcplatform.telemetry;

import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.grpcplatform.Live;
import io.grpcplatform.StagePlan;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** What can be recorded of calls here: timers, spans, the access log; the settings say what is. */
final class TelemetryParts {

  private final Live<TelemetryProperties> settings;
  private final @Nullable CallMeters meters;
  private final @Nullable CallSpans spans;
  private final @Nullable CallBaggage baggage;
  private final LastFailures failures;
  private final LiveStreams streams = new LiveStreams();

  /**
   * The parts.
   *
   * @param baggage what carries the baggage of calls that have no span
   */
  TelemetryParts(
      Live<TelemetryProperties> settings,
      @Nullable CallMeters meters,
      @Nullable CallSpans spans,
      @Nullable CallBaggage baggage,
      InstantSource time) {
    this.settings = settings;
    this.meters = meters;
    this.spans = spans;
    this.baggage = baggage;
    this.failures = new LastFailures(time);
  }

  Live<TelemetryProperties> live() {
    return settings;
  }

  LastFailures failures() {
    return failures;
  }

  LiveStreams streams() {
    return streams;
  }

  /** What the calls of a method go through; streams are watched as well. */
  @Nullable StagePlan plan(Side side, CallKey key, MethodType type, @Nullable StagePlan method) {
    return method == null || type == MethodType.UNARY ? method : streams.watched(side, key, method);
  }

  /** What is recorded of a method now; null where every part is off: calls then cost nothing. */
  @Nullable MethodTelemetry of(Side side, CallKey key, MethodType type) {
    return of(settings.get(), side, key, type);
  }

  /** The same by settings of some moment. */
  @Nullable MethodTelemetry of(TelemetryProperties now, Side side, CallKey key, MethodType type) {
    AccessLog log = now.accessLog().of(key, type);
    CallMeters measured = now.metrics().enabled() ? meters : null;
    CallSpans traced = now.tracing().enabled() ? spans : null;
    boolean silent = measured == null && traced == null && log.off() && baggage == null;
    if (!now.enabled() || silent) {
      return null;
    }
    return new MethodTelemetry(
        side,
        key,
        new MethodTelemetry.Recorders(
            measured == null ? null : measuring(now.metrics(), measured.of(side, key, type), type),
            traced == null ? null : traced.of(side, key, type, now.tracing().messageEvents()),
            baggage),
        log,
        failures,
        now.mdc().enabled());
  }

  private static MethodTelemetry.Measuring measuring(
      TelemetryProperties.Metrics now, MethodMeters meters, MethodType type) {
    return new MethodTelemetry.Measuring(
        meters, type != MethodType.UNARY || now.clientUnaryBytes());
  }
}
