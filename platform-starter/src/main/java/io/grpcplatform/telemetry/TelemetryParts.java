package io.grpcplatform.telemetry;

import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import org.jspecify.annotations.Nullable;

/** The parts of telemetry that are on: timers, spans, the access log. Immutable. */
final class TelemetryParts {

  private final @Nullable CallMeters meters;
  private final @Nullable CallSpans spans;
  private final AccessLog accessLog;

  TelemetryParts(@Nullable CallMeters meters, @Nullable CallSpans spans, AccessLog accessLog) {
    this.meters = meters;
    this.spans = spans;
    this.accessLog = accessLog;
  }

  /** Null where every part is off: calls then cost nothing. */
  @Nullable MethodTelemetry of(Side side, CallKey key, MethodType type) {
    if (meters == null && spans == null && accessLog.off()) {
      return null;
    }
    return new MethodTelemetry(
        side,
        key,
        meters == null ? null : meters.of(side, key, type),
        spans == null ? null : spans.of(side, key, type),
        accessLog);
  }
}
