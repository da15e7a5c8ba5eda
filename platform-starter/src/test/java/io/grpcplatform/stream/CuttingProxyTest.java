package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the proof lets connections suffer is what they then suffer. */
@Timeout(60)
final class CuttingProxyTest {

  private ServerSocket server;
  private CuttingProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    proxy = new CuttingProxy(server.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  private Socket connect() throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    client.setSoTimeout(30_000);
    return client;
  }

  private static void say(Socket socket, int octet) throws IOException {
    socket.getOutputStream().write(octet);
  }

  @Test
  void forwardsBothWaysUntilAResetReachesBothSides() throws IOException {
    try (Socket client = connect();
        Socket served = server.accept()) {
      say(client, 17);
      assertThat(served.getInputStream().read()).isEqualTo(17);
      say(served, 23);
      assertThat(client.getInputStream().read()).isEqualTo(23);

      proxy.reset();

      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      assertThatThrownBy(() -> served.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void aSwallowedConnectionTellsNothingAndNewOnesWork() throws IOException {
    try (Socket silent = connect();
        Socket served = server.accept()) {
      say(silent, 17);
      assertThat(served.getInputStream().read()).isEqualTo(17);

      proxy.swallow();
      say(served, 23);
      served.close();
      proxy.reset();

      silent.setSoTimeout(150);
      assertThatThrownBy(() -> silent.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      try (Socket next = connect();
          Socket servedNext = server.accept()) {
        say(next, 29);
        assertThat(servedNext.getInputStream().read()).isEqualTo(29);
      }
    }
  }

  @Test
  void refusesUntilItListensAtTheSamePort() throws IOException {
    proxy.refuse();
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);

    proxy.listen();

    try (Socket client = connect();
        Socket served = server.accept()) {
      say(client, 17);
      assertThat(served.getInputStream().read()).isEqualTo(17);
    }
  }

  @Test
  void leadsNewConnectionsElsewhere() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Socket client = connect();
        Socket served = server.accept()) {
      proxy.leadTo(other.getLocalPort());

      say(client, 17);
      assertThat(served.getInputStream().read()).isEqualTo(17);
      try (Socket next = connect();
          Socket servedElsewhere = other.accept()) {
        say(next, 19);
        assertThat(servedElsewhere.getInputStream().read()).isEqualTo(19);
      }
    }
  }
}
