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

  private final String program;
  private final Path folder;
  private final int port;
  private Process process;

  private RealRedis(String program, Path folder, int port) {
    this.program = program;
    this.folder = folder;
    this.port = port;
  }

  static RealRedis start(Path folder) throws IOException {
    return start("redis-server", folder, "true".equals(System.getenv("CI")));
  }

  /** Starts {@code program}; where there is none, {@code needed} says whether that is a failure. */
  static RealRedis start(String program, Path folder, boolean needed) throws IOException {
    RealRedis redis = new RealRedis(program, folder, freePort());
    try {
      redis.start();
    } catch (IOException missing) {
      if (needed) {
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
                    program,
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

  /** Lets it hang: its connections stay open and nothing answers. */
  void hang() throws IOException, InterruptedException {
    signal("STOP");
  }

  void wake() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process sent =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    if (!sent.waitFor(10, TimeUnit.SECONDS) || sent.exitValue() != 0) {
      throw new IllegalStateException("no " + name + " could be sent to redis-server");
    }
  }

  RateLimitProperties.Redis settings() {
    return Limits.bind("redis.url", "redis://127.0.0.1:" + port).redis();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
