package io.grpcplatform.stream;

import java.io.IOException;
import org.h2.tools.Server;

/**
 * The database of the proof as a process of its own, which no service takes along when it is
 * killed. Ends when its input does.
 */
final class StoreApplication {

  private StoreApplication() {}

  /** The one argument is the folder of the databases. */
  public static void main(String[] arguments) throws Exception {
    // H2 would listen on every interface.
    System.setProperty("h2.bindAddress", "127.0.0.1");
    Server server =
        Server.createTcpServer("-tcpPort", "0", "-ifNotExists", "-baseDir", arguments[0]).start();
    System.out.println("port=" + server.getPort());
    awaitEndOfInput();
    server.stop();
  }

  private static void awaitEndOfInput() throws IOException {
    while (System.in.read() >= 0) {
      // Nothing to be told.
    }
  }

  /** Where a client finds the database of the proof. */
  static String url(int port) {
    // What was committed is written: a killed process of this kind would lose nothing either.
    return "jdbc:h2:tcp://127.0.0.1:" + port + "/./proof;WRITE_DELAY=0";
  }
}
