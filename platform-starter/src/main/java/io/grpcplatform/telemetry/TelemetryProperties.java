package io.grpcplatform.telemetry;

import io.grpcplatform.SettingException;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is recorded of calls.
 *
 * @param enabled Whether calls are measured, traced and logged at all.
 * @param metrics The timers grpc.server and grpc.client, and the meters platform.telemetry.*.
 * @param tracing The spans of calls.
 * @param accessLog The log line of each call.
 */
@ConfigurationProperties(prefix = "platform.telemetry", ignoreUnknownFields = false)
record TelemetryProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue Metrics metrics,
    @DefaultValue Tracing tracing,
    @DefaultValue Access accessLog) {

  private static final int MESSAGE_EVENTS = 32;
  private static final int MOST_MESSAGE_EVENTS = 1000;

  /** Those that hold where nothing is set. */
  static TelemetryProperties standard() {
    return new TelemetryProperties(
        true,
        new Metrics(true, false),
        new Tracing(true, MESSAGE_EVENTS),
        new Access(AccessLog.Mode.FAILURES));
  }

  /**
   * The meters of calls.
   *
   * @param enabled Whether calls, their messages and refusals are measured, where the application
   *     has a MeterRegistry.
   * @param clientUnaryBytes Whether the sizes of messages are counted for a client's unary calls
   *     too, as they are for its streams and for everything that a server serves. Costs each of
   *     these calls a copy of its options.
   */
  record Metrics(
      @DefaultValue("true") boolean enabled, @DefaultValue("false") boolean clientUnaryBytes) {}

  /**
   * The spans.
   *
   * @param enabled Whether calls are traced and traces travel with them, where the application has
   *     OpenTelemetry.
   * @param messageEvents How many messages of a sampled stream get an event in its span, in both
   *     directions together. 0 is none, 1000 the most; OpenTelemetry itself keeps 128 events of a
   *     span unless told otherwise.
   */
  record Tracing(@DefaultValue("true") boolean enabled, @DefaultValue("32") int messageEvents) {

    Tracing {
      if (messageEvents < 0 || messageEvents > MOST_MESSAGE_EVENTS) {
        throw SettingException.of(
            "platform.telemetry.tracing.message-events",
            messageEvents,
            "0 (off) to " + MOST_MESSAGE_EVENTS,
            String.valueOf(MESSAGE_EVENTS));
      }
    }
  }

  /**
   * The access log.
   *
   * @param mode Which calls get a line: off, failures (every status but OK), all.
   */
  record Access(@DefaultValue("failures") AccessLog.Mode mode) {}
}
