package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the starter allocates per unary call over bare grpc-java, each side alone, in a process of
 * its own.
 *
 * <p>Measured without the optimising compiler, whose escape analysis proves away now this object
 * and now that: so the figures are nearly the same in every run, and what production allocates is a
 * little less.
 */
final class AllocationTest {

  private static final long TOLERANCE = 16;
  private static final long STANDARD = 1024 - TOLERANCE;
  private static final long UNARY_BYTES = 216;

  /** 72 B of it name method and caller in the log's context of each served call. */
  private static final long DEFAULTS = 1152 + 72;

  private static final long CLIENT_TELEMETRY = 584;
  private static final long TELEMETRY = 1000;
  private static final long TELEMETRY_TRACED = 1176;

  /**
   * Reading {@code traceparent} costs 248 B, most of it the texts of header and trace id, and saves
   * 72 of a new trace's id. A bare server does not look at the header.
   */
  private static final long TRACED = DEFAULTS + 248 - 72;

  @TempDir static Path directory;

  private static long bare;
  private static long bareWithDeadline;

  @BeforeAll
  static void measureBareGrpc() throws Exception {
    bare = leastOfTwo("bare", false, false);
    bareWithDeadline = leastOfTwo("bare", true, false);
  }

  private static long leastOfTwo(String both, boolean deadline, boolean traced) throws Exception {
    return Math.min(bytes(both, both, deadline, traced), bytes(both, both, deadline, traced));
  }

  /**
   * What one side adds. Measured anew in another process, four times at most, until it is within
   * the limit: what a process allocates beside its calls can only add to the figure.
   */
  private static long added(String what, long limit, Callable<Long> measurement) throws Exception {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4 && least > limit; i++) {
      least = Math.min(least, measurement.call());
    }
    System.out.println(
        "allocation per unary call over bare grpc-java: " + what + ": " + least + " B");
    return least;
  }

  @Test
  void allStagesOffCostTheClientNothing() throws Exception {
    assertThat(added("client, everything off", TOLERANCE, () -> bytes("off", "bare", false) - bare))
        .isLessThanOrEqualTo(TOLERANCE);
  }

  @Test
  void allStagesOffCostTheServerNothing() throws Exception {
    assertThat(added("server, everything off", TOLERANCE, () -> bytes("bare", "off", false) - bare))
        .isLessThanOrEqualTo(TOLERANCE);
  }

  @Test
  void theStandardSetCostsTheClientAtMostAKilobyte() throws Exception {
    long limit = STANDARD + TOLERANCE;
    assertThat(
            added(
                "client, standard",
                limit,
                () -> bytes("standard", "bare", false) - bareWithDeadline))
        .isBetween(1L, limit);
  }

  @Test
  void theSizesOfUnaryMessagesCostWhatTheGuideSays() throws Exception {
    long limit = STANDARD + UNARY_BYTES + TOLERANCE;
    assertThat(
            added(
                "client, standard, sizes of messages",
                limit,
                () -> bytes("bytes", "bare", false) - bareWithDeadline))
        .isBetween(1L, limit);
  }

  @Test
  void theStandardSetCostsTheServerAtMostAKilobyte() throws Exception {
    long limit = STANDARD + TOLERANCE;
    assertThat(
            added(
                "server, standard",
                limit,
                () -> bytes("bare", "standard", true) - bareWithDeadline))
        .isBetween(1L, limit);
  }

  @Test
  void theDefaultsCostEachSideLittleMore() throws Exception {
    assertThat(
            added(
                "client, all defaults",
                DEFAULTS,
                () -> bytes("defaults", "bare", false) - bareWithDeadline))
        .isLessThanOrEqualTo(DEFAULTS);
    assertThat(
            added(
                "server, all defaults",
                DEFAULTS,
                () -> bytes("bare", "defaults", true) - bareWithDeadline))
        .isLessThanOrEqualTo(DEFAULTS);
  }

  @Test
  void aTraceThatArrivesCostsTheServerLittleMore() throws Exception {
    long bareTraced = leastOfTwo("bare", true, true);
    assertThat(
            added(
                "server, all defaults, traceparent",
                TRACED,
                () -> bytes("bare", "defaults", true, true) - bareTraced))
        .isLessThanOrEqualTo(TRACED);
  }

  @Test
  void telemetryAloneCostsTheClientWhatTheGuideSays() throws Exception {
    long limit = CLIENT_TELEMETRY + TOLERANCE;
    assertThat(added("client, telemetry", limit, () -> bytes("telemetry", "bare", false) - bare))
        .isBetween(1L, limit);
  }

  @Test
  void telemetryAloneCostsTheServerWhatTheGuideSays() throws Exception {
    long limit = TELEMETRY + TOLERANCE;
    assertThat(added("server, telemetry", limit, () -> bytes("bare", "telemetry", false) - bare))
        .isBetween(1L, limit);
  }

  @Test
  void telemetryOfATracedCallCostsTheServerWhatTheGuideSays() throws Exception {
    long bareTraced = leastOfTwo("bare", false, true);
    long limit = TELEMETRY_TRACED + TOLERANCE;
    assertThat(
            added(
                "server, telemetry, traceparent",
                limit,
                () -> bytes("bare", "telemetry", false, true) - bareTraced))
        .isBetween(1L, limit);
  }

  private static long bytes(String client, String server, boolean deadline)
      throws IOException, InterruptedException {
    return bytes(client, server, deadline, false);
  }

  private static long bytes(String client, String server, boolean deadline, boolean traced)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "probe", ".log");
    Process probe =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    AllocationProbe.class.getName(),
                    client,
                    server,
                    Boolean.toString(deadline),
                    Boolean.toString(traced)))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.to(output.toFile()))
            .directory(new File("."))
            .start();
    if (!probe.waitFor(120, TimeUnit.SECONDS)) {
      probe.destroyForcibly();
    }
    String log = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(log).as("%s client, %s server", client, server).containsPattern("(?m)^bytes=\\d+$");
    return log.lines()
        .filter(line -> line.startsWith("bytes="))
        .mapToLong(line -> Long.parseLong(line.substring("bytes=".length())))
        .findFirst()
        .orElseThrow();
  }
}
