package io.grpcplatform.samples.order.trace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a process says. */
final class Log {
  private Log() {}

  /**
   * The first group of {@code wanted}, once a line has it; afterwards the log is read and dropped.
   */
  static String await(Process process, Pattern wanted) throws IOException {
    BufferedReader log = process.inputReader();
    StringBuilder seen = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      seen.append(line).append('\n');
      Matcher found = wanted.matcher(line);
      if (found.find()) {
        Thread drain = new Thread(() -> drop(log), "log");
        drain.setDaemon(true);
        drain.start();
        return found.group(1);
      }
    }
    throw new AssertionError("ended without saying " + wanted + ":\n" + seen);
  }

  private static void drop(BufferedReader log) {
    try {
      log.lines().forEach(ignored -> {});
    } catch (UncheckedIOException ended) {
      // The process has ended, and its log with it.
    }
  }
}
