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

/** What a line of the access log says, and which calls have one. */
final class AccessLogTest {

  private static final CallKey KEY = new CallKey("payment", "pkg.Service", "Method");
  private static final long NANOS = 12_345_678;

  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

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
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(AccessLog.class);
  }

  @Test
  void refusedCallIsOneLineWithItsReason() {
    Refusal refusal = new Refusal(Refusal.Reason.CIRCUIT_OPEN, "open, token=hunter2", null);
    Outcome outcome = new Outcome(refusal.status(), refusal.trailers(), refusal, true);

    new AccessLog(AccessLog.Mode.FAILURES).write(Side.CLIENT, KEY, outcome, NANOS, "4bf9");

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

    new AccessLog(AccessLog.Mode.FAILURES).write(Side.CLIENT, KEY, outcome, NANOS, null);

    assertThat(lines.list.get(0).getFormattedMessage()).endsWith("ms, refused: DRAINING");
  }

  @Test
  void neitherWordsNorMetadataAreWritten() {
    Metadata trailers = new Metadata();
    trailers.put(Metadata.Key.of("x-token", Metadata.ASCII_STRING_MARSHALLER), "hunter2");
    Outcome outcome =
        new Outcome(Status.NOT_FOUND.withDescription("hunter2"), trailers, null, false);

    new AccessLog(AccessLog.Mode.ALL).write(Side.SERVER, KEY, outcome, NANOS, "4bf9");

    ILoggingEvent line = lines.list.get(0);
    assertThat(line.getFormattedMessage() + line.getKeyValuePairs()).doesNotContain("hunter2");
  }

  @Test
  void eachModeWantsItsOwnCalls() {
    AccessLog failures = new AccessLog(AccessLog.Mode.FAILURES);

    assertThat(failures.wants(Status.OK)).isFalse();
    assertThat(failures.wants(Status.CANCELLED)).isTrue();
    assertThat(new AccessLog(AccessLog.Mode.ALL).wants(Status.OK)).isTrue();
    assertThat(new AccessLog(AccessLog.Mode.OFF).wants(Status.INTERNAL)).isFalse();
    assertThat(new AccessLog(AccessLog.Mode.OFF).off()).isTrue();
  }
}
