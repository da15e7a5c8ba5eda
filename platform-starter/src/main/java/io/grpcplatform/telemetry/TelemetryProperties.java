package io.grpcplatform.telemetry;

import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallKey;
import io.grpcplatform.MethodSettings;
import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is recorded of calls.
 *
 * @param enabled Whether calls are measured, traced and logged at all.
 * @param metrics The timers grpc.server and grpc.client, and the meters platform.telemetry.*.
 * @param tracing The spans of calls.
 * @param mdc What the log lines of handlers and callbacks carry.
 * @param accessLog The log line of each call.
 */
@ConfigurationProperties(prefix = "platform.telemetry", ignoreUnknownFields = false)
record TelemetryProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue Metrics metrics,
    @DefaultValue Tracing tracing,
    @DefaultValue Mdc mdc,
    @DefaultValue Access accessLog) {

  private static final int MESSAGE_EVENTS = 32;
  private static final int MOST_MESSAGE_EVENTS = 1000;
  private static final String ACCESS_LOG = "platform.telemetry.access-log.";

  /** Those that hold where nothing is set. */
  static TelemetryProperties standard() {
    return new TelemetryProperties(
        true,
        new Metrics(true, false),
        new Tracing(true, MESSAGE_EVENTS),
        new Mdc(true),
        new Access(AccessLog.Mode.FAILURES, 1, Duration.ZERO, Map.of()));
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
   * What log lines carry.
   *
   * @param enabled Whether rpc.method and caller are in the MDC of handlers and callbacks.
   */
  record Mdc(@DefaultValue("true") boolean enabled) {}

  /**
   * The access log.
   *
   * @param mode Which calls get a line: off, failures (every status but OK), all.
   * @param sampling Which part of the successful calls gets a line where the mode is all, 0 to 1.
   * @param slow How long a successful unary call lasts that gets a line in every mode but off; 0s
   *     for none.
   * @param methods Differences by method, "[pkg.Service/Method]" or "[pkg.Service/*]".
   */
  record Access(
      @DefaultValue("failures") AccessLog.Mode mode,
      @DefaultValue("1.0") double sampling,
      @DefaultValue("0s") Duration slow,
      @DefaultValue Map<String, Method> methods) {

    Access {
      check(ACCESS_LOG, sampling, slow);
      methods = Map.copyOf(methods);
      MethodSettings.check(ACCESS_LOG + "methods", methods.keySet(), ".mode", "off");
      methods.forEach(
          (key, method) ->
              check(
                  MethodSettings.property(ACCESS_LOG + "methods", key) + ".",
                  method.sampling == null ? 1 : method.sampling,
                  method.slow == null ? Duration.ZERO : method.slow));
    }

    /** The log of one method: its own words, else its service's, else the common ones. */
    AccessLog of(CallKey key, MethodType type) {
      Method own = methods.getOrDefault(key.fullMethodName(), Method.NONE);
      Method service = methods.getOrDefault(key.service() + "/*", Method.NONE);
      Duration threshold = first(own.slow, service.slow, slow);
      return new AccessLog(
          first(own.mode, service.mode, mode),
          first(own.sampling, service.sampling, sampling),
          type == MethodType.UNARY ? threshold.toNanos() : 0);
    }

    private static <T> T first(@Nullable T own, @Nullable T service, T common) {
      if (own != null) {
        return own;
      }
      return service == null ? common : service;
    }

    private static void check(String prefix, double sampling, Duration slow) {
      if (!(sampling >= 0 && sampling <= 1)) {
        throw SettingException.of(prefix + "sampling", sampling, "0 to 1", "0.01");
      }
      if (slow.isNegative()) {
        throw SettingException.of(prefix + "slow", slow, "0s or more", "500ms");
      }
    }
  }

  /**
   * What one method has of its own; the rest is inherited.
   *
   * @param mode Which calls get a line: off, failures (every status but OK), all.
   * @param sampling Which part of the successful calls gets a line where the mode is all, 0 to 1.
   * @param slow How long a successful unary call lasts that gets a line in every mode but off.
   */
  record Method(AccessLog.@Nullable Mode mode, @Nullable Double sampling, @Nullable Duration slow) {

    static final Method NONE = new Method(null, null, null);
  }
}
