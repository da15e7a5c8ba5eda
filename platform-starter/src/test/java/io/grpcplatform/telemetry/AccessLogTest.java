package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** What a line of the access log says, and which calls have one. */
final class AccessLogTest {

  private static final CallKey KEY = new CallKey("payment", "pkg.Service", "Method");
  private static final long NANOS = 12_345_678;

  private final ListAppender<ILoggingEvent> lines =
      new ListAppender<>() {
        @Override
        protected void append(ILoggingEvent event) {
          event.getMDCPropertyMap();
          super.append(event);
        }
      };

  @BeforeEach
  void listen() {
    lines.start();
    logger().addAppender(lines);
    logger().setLevel(Level.INFO);
    logger().setAdditive(false);
  }

  @AfterEach
  void stopListening() {
    logger().detachAppender(lines);
    logger().setLevel(null);
    logger().setAdditive(true);
    MDC.clear();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(AccessLog.class);
  }

  @Test
  void refusedCallIsOneLineWithItsReason() {
    Refusal refusal = new Refusal(Refusal.Reason.CIRCUIT_OPEN, "open, token=hunter2", null);
    Outcome outcome = new Outcome(refusal.status(), refusal.trailers(), refusal, true);

    log(AccessLog.Mode.FAILURES).write(Side.CLIENT, KEY, outcome, facts("4bf9", null));

    assertThat(lines.list).hasSize(1);
    ILoggingEvent line = lines.list.get(0);
    assertThat(line.getFormattedMessage())
        .isEqualTo(
            "client pkg.Service/Method UNAVAILABLE after 12.345678 ms, refused: CIRCUIT_OPEN, trace"
                + " 4bf9");
    assertThat(line.getKeyValuePairs().toString())
        .isEqualTo(
            "[rpc.side=\"client\", rpc.service=\"pkg.Service\", rpc.method=\"Method\","
                + " grpc.status_code=\"UNAVAILABLE\", duration_ms=\"12.345678\","
                + " refusal=\"CIRCUIT_OPEN\", rpc.channel=\"payment\", trace_id=\"4bf9\"]");
  }

  @Test
  void reasonOfThePeersRefusalIsNamed() {
    Refusal refusal = new Refusal(Refusal.Reason.DRAINING, "stopping", null);
    Outcome outcome = new Outcome(refusal.status(), refusal.trailers(), null, false);

    log(AccessLog.Mode.FAILURES).write(Side.CLIENT, KEY, outcome, facts(null, null));

    assertThat(lines.list.get(0).getFormattedMessage()).endsWith("ms, refused: DRAINING");
  }

  @Test
  void neitherWordsNorMetadataAreWritten() {
    Metadata trailers = new Metadata();
    trailers.put(Metadata.Key.of("x-token", Metadata.ASCII_STRING_MARSHALLER), "hunter2");
    Outcome outcome =
        new Outcome(Status.NOT_FOUND.withDescription("hunter2"), trailers, null, false);

    log(AccessLog.Mode.ALL).write(Side.SERVER, KEY, outcome, facts("4bf9", "127.0.0.1"));

    ILoggingEvent line = lines.list.get(0);
    assertThat(line.getFormattedMessage() + line.getKeyValuePairs()).doesNotContain("hunter2");
  }

  @Test
  void callerIsNamedAndNothingIsSaidTwice() {
    MDC.put("rpc.method", "Outer");
    MDC.put("caller", "outer");
    Outcome outcome = new Outcome(Status.OK, new Metadata(), null, false);

    log(AccessLog.Mode.ALL).write(Side.SERVER, KEY, outcome, facts(null, "shop"));

    ILoggingEvent line = lines.list.get(0);
    assertThat(line.getFormattedMessage()).endsWith(" ms, caller shop");
    assertThat(line.getKeyValuePairs().toString()).contains("caller=\"shop\"");
    assertThat(line.getMDCPropertyMap()).doesNotContainKeys("rpc.method", "caller");
    assertThat(MDC.get("rpc.method")).isEqualTo("Outer");
    assertThat(MDC.get("caller")).isEqualTo("outer");
  }

  @Test
  void eachModeWantsItsOwnCalls() {
    AccessLog failures = log(AccessLog.Mode.FAILURES);

    assertThat(wants(failures, Status.OK, 1)).isFalse();
    assertThat(wants(failures, Status.CANCELLED, 1)).isTrue();
    assertThat(wants(log(AccessLog.Mode.ALL), Status.OK, 1)).isTrue();
    assertThat(wants(log(AccessLog.Mode.OFF), Status.INTERNAL, 1)).isFalse();
    assertThat(log(AccessLog.Mode.OFF).off()).isTrue();
  }

  @Test
  void slowCallsAreWantedInEveryModeButOff() {
    AccessLog failures = new AccessLog(AccessLog.Mode.FAILURES, 1, NANOS);
    AccessLog sampled = new AccessLog(AccessLog.Mode.ALL, 0, NANOS);
    AccessLog off = new AccessLog(AccessLog.Mode.OFF, 1, NANOS);

    assertThat(wants(failures, Status.OK, NANOS)).isTrue();
    assertThat(wants(failures, Status.OK, NANOS - 1)).isFalse();
    assertThat(wants(sampled, Status.OK, NANOS)).isTrue();
    assertThat(wants(sampled, Status.OK, NANOS - 1)).isFalse();
    assertThat(wants(off, Status.OK, NANOS)).isFalse();
  }

  @Test
  void sampledCallsAreThoseOfTheSameTraces() {
    AccessLog tenth = new AccessLog(AccessLog.Mode.ALL, 0.1, 0);
    String low = "ffffffffffffffffff" + "19999999999999";
    String high = "000000000000000000" + "1999999999999b";

    assertThat(tenth.wants(Status.OK, 1, low, () -> 0.99)).isTrue();
    assertThat(tenth.wants(Status.OK, 1, high, () -> 0.01)).isFalse();
    assertThat(tenth.wants(Status.OK, 1, null, () -> 0.09)).isTrue();
    assertThat(tenth.wants(Status.OK, 1, null, () -> 0.11)).isFalse();
    assertThat(tenth.wants(Status.ABORTED, 1, high, () -> 0.99)).isTrue();
  }

  private static boolean wants(AccessLog log, Status status, long nanos) {
    return log.wants(status, nanos, null, () -> 0.5);
  }

  private static AccessLog log(AccessLog.Mode mode) {
    return new AccessLog(mode, 1, 0);
  }

  private static AccessLog.Facts facts(String traceId, String caller) {
    return new AccessLog.Facts(NANOS, traceId, caller);
  }
}
