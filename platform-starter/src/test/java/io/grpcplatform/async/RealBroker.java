package io.grpcplatform.async;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A broker of the machine's own, in a process of its own on free ports of the loopback interface,
 * which the test may kill and start again with what it has on disk. Where its program is missing
 * the tests are skipped, and fail where {@code CI=true}.
 */
abstract class RealBroker implements DurableSuite.Carrying, AutoCloseable {

  private static final long START_SECONDS = 90;

  private final String carrier;
  final Path folder;
  private @Nullable Process process;

  RealBroker(String carrier, Path folder) {
    this.carrier = carrier;
    this.folder = folder;
  }

  /** The broker of a carrier, started. */
  static RealBroker start(String carrier, Path folder) throws Exception {
    return start(of(carrier, folder), "true".equals(System.getenv("CI")));
  }

  static RealBroker start(RealBroker broker, boolean needed) throws Exception {
    try {
      broker.start();
    } catch (IOException missing) {
      broker.close();
      if (needed) {
        throw missing;
      }
      System.err.println("SKIPPED: no " + broker.carrier + " can be started here: " + missing);
      Assumptions.abort("no " + broker.carrier + " can be started here: " + missing);
    }
    return broker;
  }

  private static RealBroker of(String carrier, Path folder) throws IOException {
    return switch (carrier) {
      case "rabbitmq" -> new RabbitProcess(folder, RabbitProcess.SERVER);
      case "redis" -> new RedisProcess(folder, "redis-server");
      case "kafka" -> new KafkaProcess(folder);
      default -> throw new IllegalArgumentException(carrier);
    };
  }

  String carrier() {
    return carrier;
  }

  /** What an application sets to use it. */
  abstract Map<String, Object> properties();

  /** How it is started. */
  abstract ProcessBuilder program() throws IOException;

  /** Whether a line of its output says that it serves. */
  abstract Predicate<String> ready();

  /** Starts it, again where it was killed, and returns when it serves. */
  @Override
  public void start() throws Exception {
    Process started = program().redirectErrorStream(true).start();
    process = started;
    CompletableFuture<List<String>> output = new CompletableFuture<>();
    Thread reader = new Thread(() -> read(started, output), "output-of-" + carrier);
    reader.setDaemon(true);
    reader.start();
    List<String> seen = output.get(START_SECONDS, TimeUnit.SECONDS);
    if (!started.isAlive()) {
      throw new IllegalStateException(carrier + " did not start:\n" + String.join("\n", seen));
    }
  }

  /** Reads to the end, or a full pipe would stop it; tells when it is ready or has ended. */
  private void read(Process started, CompletableFuture<List<String>> output) {
    List<String> seen = new ArrayList<>();
    try (BufferedReader lines = started.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!output.isDone()) {
          seen.add(line);
          if (ready().test(line)) {
            output.complete(List.of());
          }
        }
      }
      started.waitFor();
      output.complete(seen);
    } catch (IOException | InterruptedException ended) {
      output.complete(seen);
    }
  }

  /** As a power cut would, but for what the kernel still has in its caches. */
  @Override
  public void kill() throws Exception {
    for (ProcessHandle each : running()) {
      each.destroyForcibly();
      each.onExit().get(20, TimeUnit.SECONDS);
    }
  }

  /** The program, and what its script has started, which outlives the script. */
  private List<ProcessHandle> running() {
    return process == null
        ? List.of()
        : Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
  }

  /** Lets it hang: its connections stay open and nothing answers. */
  void hang() throws Exception {
    signal("STOP");
  }

  void wake() throws Exception {
    signal("CONT");
  }

  private void signal(String name) throws Exception {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    running().forEach(each -> command.add(Long.toString(each.pid())));
    Process sent = new ProcessBuilder(command).inheritIO().start();
    if (!sent.waitFor(10, TimeUnit.SECONDS) || sent.exitValue() != 0) {
      throw new IllegalStateException("no " + name + " could be sent to " + carrier);
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws Exception {
    kill();
  }
}
