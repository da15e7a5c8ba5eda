package io.grpcplatform.helm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Prometheus' own {@code promtool}, of the machine. Where there is none the tests are skipped, and
 * fail where {@code CI=true}.
 */
final class Promtool {

  private final String program;

  private Promtool(String program) {
    this.program = program;
  }

  static Promtool found() throws IOException, InterruptedException {
    return found("promtool", "true".equals(System.getenv("CI")));
  }

  /** Looks for {@code program}; where there is none, {@code needed} says whether that fails. */
  static Promtool found(String program, boolean needed) throws IOException, InterruptedException {
    Promtool tool = new Promtool(program);
    try {
      tool.run(ChartWorkspace.target(), "--version");
    } catch (IOException missing) {
      if (needed) {
        throw missing;
      }
      System.err.println("SKIPPED: no promtool can be started here: " + missing);
      Assumptions.abort("no promtool can be started here: " + missing);
    }
    return tool;
  }

  /** What it said, and whether it was content. */
  record Verdict(boolean content, String said) {}

  Verdict run(Path folder, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Verdict(process.waitFor() == 0, said);
  }
}
