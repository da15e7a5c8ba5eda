package io.grpcplatform.composition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the starter allocates per unary call over bare grpc-java, each side alone, in a process of
 * its own.
 *
 * <p>Measured without the optimising compiler, whose escape analysis proves away now this object
 * and now that: so the figures are the same in every run, and what production allocates is a little
 * less.
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
    bare = bytes("bare", "bare", false);
    bareWithDeadline = bytes("bare", "bare", true);
  }

  @Test
  void allStagesOffCostTheClientNothing() throws Exception {
    long ours = bytes("off", "bare", false);

    report("client, everything off", ours - bare);
    assertThat(ours - bare).isLessThanOrEqualTo(TOLERANCE);
  }

  @Test
  void allStagesOffCostTheServerNothing() throws Exception {
    long ours = bytes("bare", "off", false);

    report("server, everything off", ours - bare);
    assertThat(ours - bare).isLessThanOrEqualTo(TOLERANCE);
  }

  @Test
  void theStandardSetCostsTheClientAtMostAKilobyte() throws Exception {
    long ours = bytes("standard", "bare", false);

    report("client, standard", ours - bareWithDeadline);
    assertThat(ours - bareWithDeadline).isBetween(1L, STANDARD + TOLERANCE);
  }

  @Test
  void theSizesOfUnaryMessagesCostWhatTheGuideSays() throws Exception {
    long ours = bytes("bytes", "bare", false);

    report("client, standard, sizes of messages", ours - bareWithDeadline);
    assertThat(ours - bareWithDeadline).isBetween(1L, STANDARD + UNARY_BYTES + TOLERANCE);
  }

  @Test
  void theStandardSetCostsTheServerAtMostAKilobyte() throws Exception {
    long ours = bytes("bare", "standard", true);

    report("server, standard", ours - bareWithDeadline);
    assertThat(ours - bareWithDeadline).isBetween(1L, STANDARD + TOLERANCE);
  }

  @Test
  void theDefaultsCostEachSideLittleMore() throws Exception {
    long client = bytes("defaults", "bare", false);
    long server = bytes("bare", "defaults", true);

    report("client, all defaults", client - bareWithDeadline);
    report("server, all defaults", server - bareWithDeadline);
    assertThat(client - bareWithDeadline).isLessThanOrEqualTo(DEFAULTS);
    assertThat(server - bareWithDeadline).isLessThanOrEqualTo(DEFAULTS);
  }

  @Test
  void aTraceThatArrivesCostsTheServerLittleMore() throws Exception {
    long bareTraced = bytes("bare", "bare", true, true);
    long ours = bytes("bare", "defaults", true, true);

    report("server, all defaults, traceparent", ours - bareTraced);
    assertThat(ours - bareTraced).isLessThanOrEqualTo(TRACED);
  }

  @Test
  void telemetryAloneCostsTheClientWhatTheGuideSays() throws Exception {
    long ours = bytes("telemetry", "bare", false) - bare;

    report("client, telemetry", ours);
    assertThat(ours).isBetween(1L, CLIENT_TELEMETRY + TOLERANCE);
  }

  @Test
  void telemetryAloneCostsTheServerWhatTheGuideSays() throws Exception {
    long untraced = bytes("bare", "telemetry", false) - bare;
    long traced = bytes("bare", "telemetry", false, true) - bytes("bare", "bare", false, true);

    report("server, telemetry", untraced);
    report("server, telemetry, traceparent", traced);
    assertThat(untraced).isBetween(1L, TELEMETRY + TOLERANCE);
    assertThat(traced).isBetween(1L, TELEMETRY_TRACED + TOLERANCE);
  }

  private static void report(String what, long added) {
    System.out.println(
        "allocation per unary call over bare grpc-java: " + what + ": " + added + " B");
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
