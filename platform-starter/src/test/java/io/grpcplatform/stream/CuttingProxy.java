package io.grpcplatform.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and a server on loopback, and lets connections die in the ways that a
 * network does: reset, refused, or silent for ever. Two daemon threads for each connection.
 */
final class CuttingProxy implements AutoCloseable {

  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final int port;
  private volatile int backend;
  private volatile boolean swallowing;
  private ServerSocket listening;

  CuttingProxy(int backend) throws IOException {
    this.backend = backend;
    this.listening = bound(0);
    this.port = listening.getLocalPort();
    serve(listening);
  }

  private static ServerSocket bound(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  int port() {
    return port;
  }

  /** How many connections there have been. */
  int accepted() {
    return accepted.get();
  }

  /** Where connections lead from now on; those that are open stay where they are. */
  void leadTo(int backend) {
    this.backend = backend;
  }

  /** Resets every connection, on both its sides. */
  void reset() {
    links.forEach(Link::reset);
  }

  /** Lets the connections of this moment be silent for ever; new ones work. */
  void swallow() {
    links.forEach(link -> link.swallowed = true);
  }

  /** Lets these and all connections to come be silent for ever, until {@link #heal}. */
  void swallowAll() {
    swallowing = true;
    swallow();
  }

  /** Connections to come work again. */
  void heal() {
    swallowing = false;
  }

  /** Resets every connection and refuses new ones, as a machine does where nobody listens. */
  synchronized void refuse() throws IOException {
    listening.close();
    reset();
  }

  /** Listens again, at the same port. */
  synchronized void listen() throws IOException {
    listening = bound(port);
    serve(listening);
  }

  private void serve(ServerSocket socket) {
    daemon(
        () -> {
          while (!socket.isClosed()) {
            accept(socket);
          }
        });
  }

  private void accept(ServerSocket socket) {
    try {
      Socket client = socket.accept();
      accepted.incrementAndGet();
      Link link = new Link(client, swallowing);
      links.add(link);
      daemon(link::connect);
    } catch (IOException closed) {
      // By refuse(), or with the test.
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "cutting-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public synchronized void close() throws IOException {
    listening.close();
    links.forEach(Link::abort);
  }

  private final class Link {
    private final Socket client;
    private final Socket server = new Socket();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean swallowed;

    private Link(Socket client, boolean swallowed) {
      this.client = client;
      this.swallowed = swallowed;
    }

    private void connect() {
      try {
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        if (swallowed) {
          return;
        }
        server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), backend));
        daemon(() -> copy(server, client));
        copy(client, server);
      } catch (IOException nobodyListens) {
        reset();
      }
    }

    private void copy(Socket from, Socket to) {
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] buffer = new byte[16 << 10];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (swallowed) {
            // Reads no more either: what is sent into it piles up in the sender's own buffers.
            over.await();
            return;
          }
          out.write(buffer, 0, read);
        }
        finish();
      } catch (IOException failed) {
        reset();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    /** A silent connection hides even that one of its sides is gone. */
    private void finish() {
      if (!swallowed) {
        links.remove(this);
        close(client);
        close(server);
      }
    }

    private void reset() {
      if (!swallowed) {
        abort();
      }
    }

    private void abort() {
      links.remove(this);
      over.countDown();
      for (Socket socket : new Socket[] {client, server}) {
        try {
          socket.setSoLinger(true, 0);
        } catch (IOException closed) {
          // Already.
        }
        close(socket);
      }
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException closed) {
        // Already.
      }
    }
  }
}
