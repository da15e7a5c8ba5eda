package io.grpcplatform.samples.order.trace;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The machine's RabbitMQ in a process of its own, with a name, a port mapper and files that meet no
 * other's. Where its program is missing the test is skipped, and fails where {@code CI=true}.
 */
final class RabbitBroker implements AutoCloseable {
  /** Debian's own wrapper on the path would change to the user rabbitmq and the machine's files. */
  private static final Path SERVER = Path.of("/usr/lib/rabbitmq/bin/rabbitmq-server");

  private static final Pattern READY = Pattern.compile("(Server startup complete)");

  private final int port = freePort();
  private final int mapperPort = freePort();
  private final Process mapper;
  private final Process server;

  private RabbitBroker(Path folder) throws IOException {
    mapper =
        new ProcessBuilder("epmd", "-port", "" + mapperPort, "-address", "127.0.0.1")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("epmd.log").toFile())
            .start();
    server = program(folder).redirectErrorStream(true).start();
  }

  static RabbitBroker start(Path folder) throws IOException {
    if (!Files.isExecutable(SERVER)) {
      String missing = "no " + SERVER + " (expected: the Debian package rabbitmq-server)";
      if ("true".equals(System.getenv("CI"))) {
        throw new IOException(missing);
      }
      System.err.println("SKIPPED: " + missing);
      Assumptions.abort(missing);
    }
    return new RabbitBroker(folder);
  }

  /** Returns once it serves. */
  RabbitBroker awaitReady() throws IOException {
    Log.await(server, READY);
    return this;
  }

  int port() {
    return port;
  }

  private ProcessBuilder program(Path folder) throws IOException {
    Path plugins = Files.writeString(folder.resolve("plugins"), "[].\n");
    String none = folder.resolve("none").toString();
    ProcessBuilder builder = new ProcessBuilder(SERVER.toString());
    builder
        .environment()
        .putAll(
            Map.ofEntries(
                Map.entry("HOME", folder.toString()), // Erlang's cookie
                Map.entry("ERL_EPMD_PORT", "" + mapperPort),
                Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_NODENAME", "samples@localhost"),
                Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_NODE_PORT", "" + port),
                Map.entry("RABBITMQ_DIST_PORT", "" + freePort()),
                Map.entry("RABBITMQ_MNESIA_BASE", folder.resolve("data").toString()),
                Map.entry("RABBITMQ_LOG_BASE", folder.toString()),
                Map.entry("RABBITMQ_LOGS", "-"),
                Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", plugins.toString()),
                Map.entry("RABBITMQ_CONF_ENV_FILE", none),
                Map.entry("RABBITMQ_CONFIG_FILE", none),
                Map.entry("RABBITMQ_PID_FILE", folder.resolve("pid").toString()),
                Map.entry(
                    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                    "-start_epmd false +S 1:1 -kernel inet_dist_use_interface {127,0,0,1}")));
    return builder;
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException none) {
      throw new IllegalStateException("no free port", none);
    }
  }

  /** The program, what its script has started, and the port mapper. */
  @Override
  public void close() throws Exception {
    var all = Stream.concat(server.descendants(), Stream.of(server.toHandle(), mapper.toHandle()));
    for (ProcessHandle each : all.toList()) {
      each.destroyForcibly();
      each.onExit().get(20, TimeUnit.SECONDS);
    }
  }
}
