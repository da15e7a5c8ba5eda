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
  private final LastFailures failures;
  private final LiveStreams streams = new LiveStreams();

  TelemetryParts(
      Live<TelemetryProperties> settings,
      @Nullable CallMeters meters,
      @Nullable CallSpans spans,
      InstantSource time) {
    this.settings = settings;
    this.meters = meters;
    this.spans = spans;
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
    AccessLog log = new AccessLog(now.accessLog().mode());
    CallMeters measured = now.metrics().enabled() ? meters : null;
    CallSpans traced = now.tracing().enabled() ? spans : null;
    if (!now.enabled() || (measured == null && traced == null && log.off())) {
      return null;
    }
    return new MethodTelemetry(
        side,
        key,
        measured == null ? null : measured.of(side, key, type),
        traced == null ? null : traced.of(side, key, type),
        log,
        failures);
  }
}
