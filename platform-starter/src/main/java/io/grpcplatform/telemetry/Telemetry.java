package io.grpcplatform.telemetry;

import io.grpcplatform.ClientFeature;
import io.grpcplatform.Live;
import io.grpcplatform.ServerFeature;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Telemetry alone, for channels and servers that the starter does not make: timers, spans, and a
 * log line for each call that fails. No baggage travels.
 */
public final class Telemetry {

  private Telemetry() {}

  /** Times the calls of a channel. */
  public static ClientFeature client(MeterRegistry meters) {
    return new TelemetryClientStage(parts(meters, null));
  }

  /** Traces the calls of a channel. */
  public static ClientFeature client(OpenTelemetry traces) {
    return new TelemetryClientStage(parts(null, traces));
  }

  /** Times and traces the calls of a channel. */
  public static ClientFeature client(MeterRegistry meters, OpenTelemetry traces) {
    return new TelemetryClientStage(parts(meters, traces));
  }

  /** Times the calls of a server. */
  public static ServerFeature server(MeterRegistry meters) {
    return new TelemetryServerStage(parts(meters, null));
  }

  /** Traces the calls of a server. */
  public static ServerFeature server(OpenTelemetry traces) {
    return new TelemetryServerStage(parts(null, traces));
  }

  /** Times and traces the calls of a server. */
  public static ServerFeature server(MeterRegistry meters, OpenTelemetry traces) {
    return new TelemetryServerStage(parts(meters, traces));
  }

  /** Lets a trace travel with each message of a stream. */
  public static MessageTraces messages(OpenTelemetry traces) {
    return TracedMessages.of(traces, () -> true);
  }

  private static TelemetryParts parts(
      @Nullable MeterRegistry meters, @Nullable OpenTelemetry traces) {
    return new TelemetryParts(
        Live.fixed(TelemetryProperties.class, TelemetryProperties.standard()),
        meters == null ? null : CallMeters.in(meters),
        traces == null ? null : new CallSpans(traces, BaggageGate.SHUT),
        null,
        InstantSource.system());
  }
}
