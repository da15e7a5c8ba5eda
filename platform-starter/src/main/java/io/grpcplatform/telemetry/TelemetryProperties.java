package io.grpcplatform.telemetry;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is recorded of calls.
 *
 * @param enabled Whether calls are measured, traced and logged at all.
 * @param metrics The timers grpc.server and grpc.client.
 * @param tracing The spans of calls.
 * @param accessLog The log line of each call.
 */
@ConfigurationProperties(prefix = "platform.telemetry", ignoreUnknownFields = false)
record TelemetryProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue Metrics metrics,
    @DefaultValue Tracing tracing,
    @DefaultValue Access accessLog) {

  /** Those that hold where nothing is set. */
  static TelemetryProperties standard() {
    return new TelemetryProperties(
        true, new Metrics(true), new Tracing(true), new Access(AccessLog.Mode.FAILURES));
  }

  /**
   * The timers.
   *
   * @param enabled Whether calls are timed, where the application has a MeterRegistry.
   */
  record Metrics(@DefaultValue("true") boolean enabled) {}

  /**
   * The spans.
   *
   * @param enabled Whether calls are traced and traces travel with them, where the application has
   *     OpenTelemetry.
   */
  record Tracing(@DefaultValue("true") boolean enabled) {}

  /**
   * The access log.
   *
   * @param mode Which calls get a line: off, failures (every status but OK), all.
   */
  record Access(@DefaultValue("failures") AccessLog.Mode mode) {}
}
