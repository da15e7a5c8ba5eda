package io.grpcplatform.async;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** The two kinds of database that durable calls work with; each test has an empty one. */
enum Database {
  H2 {
    @Override
    String fresh() {
      return "jdbc:h2:mem:durable" + COUNT.incrementAndGet() + ";DB_CLOSE_DELAY=-1";
    }
  },
  POSTGRESQL {
    @Override
    String fresh() {
      String name = "durable" + COUNT.incrementAndGet();
      try (Connection admin = Server.POSTGRES.getPostgresDatabase().getConnection();
          Statement statement = admin.createStatement()) {
        statement.execute("CREATE DATABASE " + name);
      } catch (SQLException failed) {
        throw new IllegalStateException(failed);
      }
      return Server.POSTGRES.getJdbcUrl("postgres", name);
    }
  };

  private static final AtomicInteger COUNT = new AtomicInteger();

  /** The URL of a database with nothing in it. */
  abstract String fresh();

  /** One server for all tests of this JVM. */
  private static final class Server {
    static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        EmbeddedPostgres server =
            EmbeddedPostgres.builder().setServerConfig("max_connections", "300").start();
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      try {
                        server.close();
                      } catch (IOException ignored) {
                        // The JVM ends anyway.
                      }
                    }));
        return server;
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }
}
