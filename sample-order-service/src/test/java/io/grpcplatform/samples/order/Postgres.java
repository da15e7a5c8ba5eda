package io.grpcplatform.samples.order;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * A real PostgreSQL on loopback, one for all tests of this process and ended with it. Each test has
 * a database of its own.
 */
public final class Postgres {
  /** Nobody is asked for a password on loopback. */
  public static final String USER = "postgres";

  private static final AtomicInteger databases = new AtomicInteger();
  private static EmbeddedPostgres server;

  private Postgres() {}

  /** The URL of an empty database. Where no PostgreSQL can run the test is skipped, loudly. */
  public static String freshDatabase(String prefix) {
    String name = prefix + "_" + databases.incrementAndGet();
    EmbeddedPostgres running = running();
    try (Connection connection = running.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException refused) {
      throw new IllegalStateException("no database " + name, refused);
    }
    return running.getJdbcUrl(USER, name);
  }

  private static synchronized EmbeddedPostgres running() {
    if (server == null) {
      server = start();
    }
    return server;
  }

  private static EmbeddedPostgres start() {
    try {
      // As a real one: what it says is committed is on its disk.
      return EmbeddedPostgres.builder().setServerConfig("synchronous_commit", "on").start();
    } catch (IOException | RuntimeException cannotRun) {
      if ("true".equals(System.getenv("CI"))) {
        throw new IllegalStateException("no PostgreSQL can be started here", cannotRun);
      }
      System.err.println("SKIPPED: no PostgreSQL can be started here: " + cannotRun);
      return Assumptions.abort("no PostgreSQL can be started here: " + cannotRun);
    }
  }
}
