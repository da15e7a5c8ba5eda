package io.grpcplatform.async;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;

/** A {@code redis-server} that has on disk what it has confirmed. */
final class RedisProcess extends RealBroker {

  private final String program;
  private final int port = freePort();

  RedisProcess(Path folder, String program) throws IOException {
    super("redis", folder);
    this.program = program;
  }

  @Override
  Map<String, Object> properties() {
    return Map.of(
        "spring.data.redis.host", "127.0.0.1",
        "spring.data.redis.port", port,
        "platform.async.redis.claim-after", "1s");
  }

  @Override
  ProcessBuilder program() {
    return program("yes");
  }

  /** With or without its append-only file. */
  ProcessBuilder program(String appendOnly) {
    return new ProcessBuilder(
        program,
        "--bind",
        "127.0.0.1",
        "--port",
        Integer.toString(port),
        "--save",
        "",
        "--appendonly",
        appendOnly,
        "--appendfsync",
        "always",
        "--dir",
        folder.toString());
  }

  @Override
  Predicate<String> ready() {
    return line -> line.contains("Ready to accept connections");
  }
}
