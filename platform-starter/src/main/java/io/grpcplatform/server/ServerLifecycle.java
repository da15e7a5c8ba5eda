package io.grpcplatform.server;

import io.grpcplatform.DrainSignal;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Starts the servers with the application, right after Spring's own web server, and stops them
 * right before it, in {@link DrainOrder} on a thread of its own: metrics and health can be asked
 * over HTTP until the drain is over.
 *
 * <p>Threading: Spring's start and stop threads. {@link #stop(Runnable)} never blocks; asking again
 * while it runs, or a second SIGTERM or SIGINT, ends the waiting.
 */
final class ServerLifecycle implements SmartLifecycle {

  /** One above the phase in which a web server begins to refuse connections. */
  static final int PHASE = DEFAULT_PHASE - 1023;

  private static final String PORT = "local.grpc.port";
  private static final Logger log = LoggerFactory.getLogger(ServerLifecycle.class);

  private final Supplier<RunningServers> starter;
  private final DrainOrder drain;
  private final DrainSignal signal;
  private final ConfigurableEnvironment environment;
  private @Nullable RunningServers running;
  private @Nullable CompletableFuture<Void> stopped;

  ServerLifecycle(
      Supplier<RunningServers> starter,
      DrainOrder drain,
      DrainSignal signal,
      ConfigurableEnvironment environment) {
    this.starter = starter;
    this.drain = drain;
    this.signal = signal;
    this.environment = environment;
  }

  @Override
  public synchronized void start() {
    if (running != null) {
      return;
    }
    if (signal.phase() != DrainSignal.Phase.SERVING) {
      throw new IllegalStateException(
          "The gRPC server was drained and cannot serve again (expected: a new application context)");
    }
    RunningServers servers = starter.get();
    if (servers.isEmpty()) {
      sayThatNothingIsServed();
      return;
    }
    running = servers;
    if (servers.listening()) {
      environment
          .getPropertySources()
          .addFirst(new MapPropertySource("grpc.server.ports", Map.of(PORT, servers.port())));
      log.info(
          "gRPC server listens on port {} with {} services", servers.port(), servers.services());
    } else {
      log.info("gRPC server serves in-process only, {} services", servers.services());
    }
  }

  private void sayThatNothingIsServed() {
    String port = ServerProperties.PREFIX + ".port";
    String asked = environment.getProperty(port);
    if (asked != null && !asked.equals(String.valueOf(ServerProperties.NO_SOCKET))) {
      log.warn("{} is set, but there is no BindableService bean: no gRPC server was started", port);
    } else {
      log.debug("No BindableService bean: no gRPC server was started");
    }
  }

  @Override
  public void stop(Runnable callback) {
    var unused = stopping().thenRun(callback);
  }

  /** Stops and waits for the end. */
  @Override
  public void stop() {
    stopping().join();
  }

  private synchronized CompletableFuture<Void> stopping() {
    RunningServers servers = running;
    if (servers == null) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> end = stopped;
    if (end != null) {
      drain.hurry();
      return end;
    }
    CompletableFuture<Void> begun = new CompletableFuture<>();
    stopped = begun;
    new Thread(() -> drain(servers, begun), "grpc-drain").start();
    return begun;
  }

  private void drain(RunningServers servers, CompletableFuture<Void> end) {
    SecondSignal second = SecondSignal.then(drain::hurry);
    try {
      drain.run(servers);
    } finally {
      second.restore();
      servers.shutdownNow();
      synchronized (this) {
        running = null;
      }
      end.complete(null);
    }
  }

  /** The port it listens on; null where it does not. */
  synchronized @Nullable Integer port() {
    return running == null || !running.listening() ? null : running.port();
  }

  @Override
  public synchronized boolean isRunning() {
    return running != null;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
