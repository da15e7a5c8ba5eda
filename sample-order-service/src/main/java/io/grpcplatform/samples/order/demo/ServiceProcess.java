package io.grpcplatform.samples.order.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One of the services as a process that this one started, and may therefore kill. Safe for any
 * thread.
 */
final class ServiceProcess {
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final String name;
  private final List<String> program;
  private final Path log;
  private final Map<String, String> environment;
  private final @Nullable Consumer<Process> reader;
  private @Nullable Process process;
  private boolean closed;

  /** A jar that runs by itself. */
  ServiceProcess(String name, Path jar, Path log, Map<String, String> environment) {
    this(name, List.of("-jar", jar.toString()), log, environment, null);
  }

  /**
   * Any program.
   *
   * @param program what follows {@code java} and its options
   * @param reader is given each new process and has to read what it says; without one that goes to
   *     the log
   */
  ServiceProcess(
      String name,
      List<String> program,
      Path log,
      Map<String, String> environment,
      @Nullable Consumer<Process> reader) {
    this.name = name;
    this.program = program;
    this.log = log;
    this.environment = environment;
    this.reader = reader;
  }

  synchronized void start() throws IOException {
    if (closed) {
      return;
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Quick to start and small: two services and this driver share a laptop.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(program);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    if (reader == null) {
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    }
    process = builder.start();
    process.getOutputStream().close();
    if (reader != null) {
      reader.accept(process);
    }
  }

  /** SIGKILL: the process hears nothing and tidies up nothing. Returns its id. */
  long kill() throws InterruptedException {
    Process victim = running();
    victim.destroyForcibly();
    victim.waitFor();
    return victim.pid();
  }

  /** SIGTERM, and SIGKILL only when that is not heard. For good: it does not start again. */
  void close() throws InterruptedException {
    Process ending;
    synchronized (this) {
      closed = true;
      ending = process;
    }
    if (ending == null) {
      return;
    }
    ending.destroy();
    if (!ending.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      ending.destroyForcibly();
      ending.waitFor();
    }
  }

  boolean isAlive() {
    Process current;
    synchronized (this) {
      current = process;
    }
    return current != null && current.isAlive();
  }

  String name() {
    return name;
  }

  Path log() {
    return log;
  }

  private synchronized Process running() {
    Process current = process;
    if (current == null) {
      throw new IllegalStateException(name + " was not started (expected: start() first)");
    }
    return current;
  }
}
