package io.grpcplatform.telemetry;

import io.grpc.Status;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line for a call that has ended: method, status, duration, caller, trace, and why the platform
 * refused it. Everything is in the text and, for structured logging, in key-value pairs; payloads,
 * metadata and status descriptions (which may quote them) never are.
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

  private static final int HEX = 16;

  /** How many of a trace id's last digits decide; W3C promises chance in these and no others. */
  private static final int DIGITS = 14;

  private static final double SPAN = 0x1p56;

  private final Mode mode;
  private final double sampling;
  private final long slowNanos;

  /**
   * A log.
   *
   * @param sampling which part of the successful calls has a line where all have, 0 to 1
   * @param slowNanos how long a successful call lasts that always has one; 0 for none
   */
  AccessLog(Mode mode, double sampling, long slowNanos) {
    this.mode = mode;
    this.sampling = sampling;
    this.slowNanos = slowNanos;
  }

  boolean off() {
    return mode == Mode.OFF;
  }

  /**
   * Whether a call gets a line. By its trace's id where it has one, so that a call that is sampled
   * is so in every process.
   *
   * @param chance draws from 0 to 1 for calls without a trace
   */
  boolean wants(Status status, long nanos, @Nullable String traceId, DoubleSupplier chance) {
    if (mode == Mode.OFF) {
      return false;
    }
    if (!status.isOk() || (slowNanos > 0 && nanos >= slowNanos)) {
      return true;
    }
    return mode == Mode.ALL && (sampling >= 1 || draw(traceId, chance) < sampling);
  }

  private static double draw(@Nullable String traceId, DoubleSupplier chance) {
    if (traceId == null || traceId.length() < DIGITS) {
      return chance.getAsDouble();
    }
    int end = traceId.length();
    return Long.parseLong(traceId, end - DIGITS, end, HEX) / SPAN;
  }

  /**
   * What a line says beside method and outcome.
   *
   * @param caller who called, or on a client for whom
   */
  record Facts(long nanos, @Nullable String traceId, @Nullable String caller) {}

  /** Writes the line, and not twice what the log's context says too. */
  void write(Side side, CallKey key, Outcome outcome, Facts facts) {
    if (!log.isInfoEnabled()) {
      return;
    }
    LogFields hidden = LogFields.hide();
    try {
      writeOnce(side, key, outcome, facts);
    } finally {
      if (hidden != null) {
        LogFields.restore(hidden);
      }
    }
  }

  private static void writeOnce(Side side, CallKey key, Outcome outcome, Facts facts) {
    String code = outcome.status().getCode().name();
    double millis = facts.nanos() / NANOS_PER_MILLI;
    Refusal.Reason reason = side.refusal(outcome);
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
      text.append(", refused: ").append(reason.name());
      line = line.addKeyValue("refusal", reason.name());
    }
    if (!key.channel().isEmpty()) {
      line = line.addKeyValue("rpc.channel", key.channel());
    }
    if (facts.caller() != null) {
      text.append(", caller ").append(facts.caller());
      line = line.addKeyValue("caller", facts.caller());
    }
    if (facts.traceId() != null) {
      text.append(", trace ").append(facts.traceId());
      line = line.addKeyValue("trace_id", facts.traceId());
    }
    line.log(text.toString());
  }
}
