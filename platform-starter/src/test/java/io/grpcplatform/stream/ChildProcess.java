package io.grpcplatform.stream;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own with this one's class path, which says its port when it serves, hears orders by
 * the line, and ends when nobody can give it any.
 */
final class ChildProcess implements AutoCloseable {

  private static final int KEPT_LINES = 200;
  private static final String PORT = "port=";

  private final Process process;
  private final PrintWriter orders;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final Deque<String> lines = new ArrayDeque<>();

  private ChildProcess(Process process) {
    this.process = process;
    this.orders = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    Thread reading = new Thread(this::read, "child-process-output");
    reading.setDaemon(true);
    reading.start();
  }

  static ChildProcess start(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx48m"));
    command.addAll(List.of("-XX:+ExitOnOutOfMemoryError", "-Xshare:auto"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return new ChildProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        heard(line);
      }
    } catch (IOException | UncheckedIOException ended) {
      heard(ended.toString());
    }
    port.completeExceptionally(new AssertionError("ended without a port:\n" + output()));
  }

  private synchronized void heard(String line) {
    if (line.startsWith(PORT)) {
      port.complete(Integer.valueOf(line.substring(PORT.length())));
    }
    lines.add(line);
    if (lines.size() > KEPT_LINES) {
      lines.remove();
    }
  }

  /** The port it serves at, once it does. */
  int port() throws Exception {
    return port.get(60, TimeUnit.SECONDS);
  }

  void tell(String order) {
    orders.println(order);
  }

  /** SIGKILL: it hears nothing and tidies up nothing. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("process " + process.pid() + " outlives SIGKILL");
    }
  }

  /** Waits for it to end by itself. */
  int ended() throws InterruptedException {
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("process " + process.pid() + " does not end:\n" + output());
    }
    return process.exitValue();
  }

  /** Its last lines. */
  synchronized String output() {
    return String.join("\n", lines);
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
