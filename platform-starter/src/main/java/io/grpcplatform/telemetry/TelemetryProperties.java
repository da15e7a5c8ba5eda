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
 * @param metrics The timers grpc.server and grpc.client.
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

  private static final String ACCESS_LOG = "platform.telemetry.access-log.";

  /** Those that hold where nothing is set. */
  static TelemetryProperties standard() {
    return new TelemetryProperties(
        true,
        new Metrics(true),
        new Tracing(true),
        new Mdc(true),
        new Access(AccessLog.Mode.FAILURES, 1, Duration.ZERO, Map.of()));
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
