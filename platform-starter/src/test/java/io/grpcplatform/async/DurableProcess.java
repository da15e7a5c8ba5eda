package io.grpcplatform.async;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** An application in a process of its own, so that it can be killed. */
final class DurableProcess implements AutoCloseable {

  private static final String HELD = "the handler is held";

  private final Process process;

  private DurableProcess(Process process) {
    this.process = process;
  }

  static DurableProcess on(String url) throws IOException {
    return new DurableProcess(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DurableProcess.class.getName(),
                url)
            .redirectErrorStream(true)
            .start());
  }

  /** Waits until its handler has done its work, and its transaction is still open. */
  void awaitHeld() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.contains(HELD)) {
        return;
      }
      said.append(line).append('\n');
    }
    throw new IllegalStateException("The process ended: " + said);
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  /** The process. */
  public static void main(String[] arguments) throws InterruptedException {
    try (DurableApplication application = DurableApplication.on(arguments[0])) {
      application.ledger().held.await();
      System.out.println(HELD);
      application.ledger().release.await();
    }
  }
}
