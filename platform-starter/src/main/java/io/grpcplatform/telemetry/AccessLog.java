package io.grpcplatform.telemetry;

import io.grpc.Status;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line for a call that has ended: method, status, duration, trace, and why the platform refused
 * it. Everything is in the text and, for structured logging, in key-value pairs; payloads, metadata
 * and status descriptions (which may quote them) never are.
 */
final class AccessLog {

  private static final Logger log = LoggerFactory.getLogger(AccessLog.class);
  private static final double NANOS_PER_MILLI = 1e6;

  /** Which calls get a line. */
  enum Mode {
    /** None. */
    OFF,
    /** Those that ended with any status but OK. */
    FAILURES,
    /** All. */
    ALL
  }

  private final Mode mode;

  AccessLog(Mode mode) {
    this.mode = mode;
  }

  boolean off() {
    return mode == Mode.OFF;
  }

  boolean wants(Status status) {
    return mode == Mode.ALL || (mode == Mode.FAILURES && !status.isOk());
  }

  void write(Side side, CallKey key, Outcome outcome, long nanos, @Nullable String traceId) {
    if (!log.isInfoEnabled()) {
      return;
    }
    String code = outcome.status().getCode().name();
    double millis = nanos / NANOS_PER_MILLI;
    String reason = reason(outcome);
    StringBuilder text = new StringBuilder(128);
    text.append(side.word()).append(' ').append(key.fullMethodName());
    text.append(' ').append(code).append(" after ").append(millis).append(" ms");
    // Not "traceId": that name is the MDC's, and structured logs hold each name once.
    LoggingEventBuilder line =
        log.atInfo()
            .addKeyValue("rpc.side", side.word())
            .addKeyValue("rpc.service", key.service())
            .addKeyValue("rpc.method", key.method())
            .addKeyValue("grpc.status_code", code)
            .addKeyValue("duration_ms", millis);
    if (reason != null) {
      text.append(", refused: ").append(reason);
      line = line.addKeyValue("refusal", reason);
    }
    if (!key.channel().isEmpty()) {
      line = line.addKeyValue("rpc.channel", key.channel());
    }
    if (traceId != null) {
      text.append(", trace ").append(traceId);
      line = line.addKeyValue("trace_id", traceId);
    }
    line.log(text.toString());
  }

  /** Why a platform refused the call: this process's, or on a client the peer's. */
  private static @Nullable String reason(Outcome outcome) {
    Refusal refusal = outcome.refusal();
    if (refusal != null) {
      return refusal.reason().name();
    }
    Refusal.Reason reason = Refusal.reasonOf(outcome.trailers());
    return reason == null ? null : reason.name();
  }
}
