package io.grpcplatform.async;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A {@code rabbitmq-server} as the current user, with a name, a port mapper and folders of its own,
 * so that it meets no other of the machine.
 */
final class RabbitProcess extends RealBroker {

  /** Debian's own wrapper on the path would change to the user rabbitmq and the machine's files. */
  static final String SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server";

  private final String program;
  private final int port = freePort();
  private final int distribution = freePort();
  private final int mapperPort = freePort();
  private @Nullable Process mapper;

  RabbitProcess(Path folder, String program) throws IOException {
    super("rabbitmq", folder);
    this.program = program;
  }

  @Override
  Map<String, Object> properties() {
    return Map.of("spring.rabbitmq.host", "127.0.0.1", "spring.rabbitmq.port", port);
  }

  @Override
  public void start() throws Exception {
    if (!Files.isExecutable(Path.of(program))) {
      throw new IOException("no " + program);
    }
    startMapper();
    super.start();
  }

  /** Erlang would start one that stays for ever. */
  private void startMapper() throws IOException {
    if (mapper == null) {
      mapper =
          new ProcessBuilder("epmd", "-port", "" + mapperPort, "-address", "127.0.0.1")
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("epmd.log").toFile())
              .start();
    }
  }

  @Override
  ProcessBuilder program() throws IOException {
    Path plugins = Files.writeString(folder.resolve("plugins"), "[].\n");
    Path none = folder.resolve("none");
    ProcessBuilder builder = new ProcessBuilder(List.of(program));
    builder
        .environment()
        .putAll(
            Map.ofEntries(
                Map.entry("HOME", folder.toString()), // Erlang's cookie
                Map.entry("ERL_EPMD_PORT", "" + mapperPort),
                Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_NODENAME", "platform@localhost"),
                Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
                Map.entry("RABBITMQ_NODE_PORT", "" + port),
                Map.entry("RABBITMQ_DIST_PORT", "" + distribution),
                Map.entry("RABBITMQ_MNESIA_BASE", folder.resolve("data").toString()),
                Map.entry("RABBITMQ_LOG_BASE", folder.toString()),
                Map.entry("RABBITMQ_LOGS", "-"),
                Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", plugins.toString()),
                Map.entry("RABBITMQ_CONF_ENV_FILE", none.toString()),
                Map.entry("RABBITMQ_CONFIG_FILE", none.toString()),
                Map.entry("RABBITMQ_PID_FILE", folder.resolve("pid").toString()),
                Map.entry(
                    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                    "-start_epmd false +S 1:1 -kernel inet_dist_use_interface {127,0,0,1}")));
    return builder;
  }

  @Override
  Predicate<String> ready() {
    return line -> line.contains("Server startup complete");
  }

  @Override
  public void close() throws Exception {
    super.close();
    Process running = mapper;
    if (running != null) {
      running.destroyForcibly();
      running.waitFor(10, TimeUnit.SECONDS);
    }
  }
}
