package io.grpcplatform.ratelimit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A {@code redis-server} of the machine's own, on a free port, which keeps nothing. Where there is
 * none the tests are skipped, and fail where {@code CI=true}.
 */
final class RealRedis implements AutoCloseable {

  private final Path folder;
  private final int port;
  private Process process;

  private RealRedis(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  static RealRedis start(Path folder) throws IOException {
    RealRedis redis = new RealRedis(folder, freePort());
    try {
      redis.start();
    } catch (IOException missing) {
      if ("true".equals(System.getenv("CI"))) {
        throw missing;
      }
      System.err.println("SKIPPED: no redis-server can be started here: " + missing);
      Assumptions.abort("no redis-server can be started here: " + missing);
    }
    return redis;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts it, again where it was killed, and returns when it serves. */
  void start() throws IOException {
    process =
        new ProcessBuilder(
                List.of(
                    "redis-server",
                    "--bind",
                    "127.0.0.1",
                    "--port",
                    Integer.toString(port),
                    "--save",
                    "",
                    "--appendonly",
                    "no",
                    "--dir",
                    folder.toString()))
            .redirectErrorStream(true)
            .start();
    BufferedReader log =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder seen = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      if (line.contains("Ready to accept connections")) {
        return;
      }
      seen.append(line).append('\n');
    }
    throw new IllegalStateException("redis-server did not start:\n" + seen);
  }

  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor(10, TimeUnit.SECONDS);
  }

  RateLimitProperties.Redis settings() {
    return Limits.bind("redis.url", "redis://127.0.0.1:" + port).redis();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
