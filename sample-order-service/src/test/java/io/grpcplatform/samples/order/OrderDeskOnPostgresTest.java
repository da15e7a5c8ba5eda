package io.grpcplatform.samples.order;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** The same migrations and the same facts on a real PostgreSQL. */
class OrderDeskOnPostgresTest extends OrderDeskTest {
  private static EmbeddedPostgres postgres;

  @Override
  Shop newShop() throws SQLException {
    return new Shop(freshDatabase());
  }

  @BeforeAll
  static void start() throws IOException {
    try {
      postgres = EmbeddedPostgres.builder().start();
    } catch (IOException | RuntimeException cannotRun) {
      if ("true".equals(System.getenv("CI"))) {
        throw cannotRun;
      }
      System.err.println("SKIPPED: no PostgreSQL can be started here: " + cannotRun);
      Assumptions.abort("no PostgreSQL can be started here: " + cannotRun);
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (postgres != null) {
      postgres.close();
    }
  }

  private static String freshDatabase() throws SQLException {
    String name = "shop_" + UUID.randomUUID().toString().replace("-", "");
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return postgres.getJdbcUrl("postgres", name);
  }
}
