package io.grpcplatform.server;

import io.grpc.Server;
import io.grpcplatform.SettingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The servers that have started, and the one thread that waits for their end. While a socket is
 * open that thread keeps the process alive, as a web server's would.
 */
final class RunningServers {

  private static final int NO_PORT = -1;

  private final List<Server> servers = new ArrayList<>();
  private final CompletableFuture<Void> terminated = new CompletableFuture<>();
  private int port = NO_PORT;

  void startInProcess(Server server, String name) {
    try {
      servers.add(server.start());
    } catch (IOException taken) {
      SettingException wrong =
          ServerProperties.wrong(
              "in-process-name",
              name,
              "a name that no other server of this process has",
              name + "-2");
      wrong.initCause(taken);
      throw wrong;
    }
  }

  void startSocket(Server server, SocketServer socket) {
    socket.start(server);
    servers.add(server);
    port = server.getPort();
  }

  /** Starts the thread that waits for the end of every server. */
  void watch() {
    Thread thread = new Thread(this::awaitEnd, listening() ? "grpc-server-" + port : "grpc-server");
    thread.setDaemon(!listening());
    thread.start();
  }

  private void awaitEnd() {
    try {
      for (Server server : servers) {
        server.awaitTermination();
      }
    } catch (InterruptedException unexpected) {
      // Nobody knows this thread but this class, which does not interrupt it.
      Thread.currentThread().interrupt();
    }
    terminated.complete(null);
  }

  boolean isEmpty() {
    return servers.isEmpty();
  }

  boolean listening() {
    return port != NO_PORT;
  }

  /** The port of the socket; only where {@link #listening}. */
  int port() {
    return port;
  }

  int services() {
    return servers.isEmpty() ? 0 : servers.get(0).getServices().size();
  }

  /** Completed when the last call and connection are gone. */
  CompletableFuture<Void> terminated() {
    return terminated;
  }

  void shutdown() {
    servers.forEach(Server::shutdown);
  }

  void shutdownNow() {
    servers.forEach(Server::shutdownNow);
  }
}
