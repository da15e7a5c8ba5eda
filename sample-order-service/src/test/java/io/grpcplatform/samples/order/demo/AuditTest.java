package io.grpcplatform.samples.order.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditTest {
  @TempDir private Path directory;

  @BeforeEach
  void twoDatabases() throws SQLException {
    Flyway.configure().dataSource(url("order"), "sa", "").load().migrate();
    run("payment", "CREATE TABLE payment (payment_id VARCHAR, state VARCHAR, amount_minor BIGINT)");
  }

  @Test
  void findsNothingWhereAllIsWell() throws SQLException {
    order("a", "CONFIRMED", 500);
    payment("a", "CAPTURED", 500);
    order("b", "CANCELLED", 700);
    payment("b", "REFUNDED", 700);
    order("c", "CANCELLED", 900);

    Audit.Report report = audit("a", "b", "c");

    assertThat(report.isClean()).isTrue();
    assertThat(report.line()).isEqualTo("demo: 3 placed, 1 confirmed, 2 compensated, 0 lost");
    assertThat(report.confirmedMinor()).isEqualTo(500).isEqualTo(report.capturedMinor());
  }

  @Test
  void countsMissingAndUnfinishedOrdersAsLost() throws SQLException {
    order("a", "AUTHORIZING", 500);

    Audit.Report report = audit("a", "never-stored");

    assertThat(report.lost()).isEqualTo(2);
    assertThat(report.isClean()).isFalse();
    assertThat(report.line()).isEqualTo("demo: 2 placed, 0 confirmed, 0 compensated, 2 lost");
  }

  @Test
  void countsConfirmedOrdersWithoutTheirMoneyAsLost() throws SQLException {
    order("unpaid", "CONFIRMED", 500);
    order("underpaid", "CONFIRMED", 500);
    payment("underpaid", "CAPTURED", 499);
    order("given-back", "CONFIRMED", 500);
    payment("given-back", "REFUNDED", 500);

    Audit.Report report = audit("unpaid", "underpaid", "given-back");

    assertThat(report.lost()).isEqualTo(3);
  }

  @Test
  void countsCancelledOrdersWhoseMoneyIsKeptAsLost() throws SQLException {
    order("held", "CANCELLED", 500);
    payment("held", "AUTHORIZED", 500);
    order("taken", "CANCELLED", 500);
    payment("taken", "CAPTURED", 500);

    Audit.Report report = audit("held", "taken");

    assertThat(report.lost()).isEqualTo(2);
    assertThat(report.isClean()).isFalse();
  }

  @Test
  void seesMoneyTakenForOrdersNobodyKnows() throws SQLException {
    order("a", "CONFIRMED", 500);
    payment("a", "CAPTURED", 500);
    payment("stray", "CAPTURED", 1);

    Audit.Report report = audit("a");

    assertThat(report.lost()).isZero();
    assertThat(report.isClean()).isFalse();
  }

  private Audit.Report audit(String... acknowledged) throws SQLException {
    return Audit.of(List.of(acknowledged), directory, directory);
  }

  private void order(String id, String state, long total) throws SQLException {
    run(
        "order",
        """
        INSERT INTO shop_order (order_id, idempotency_key, customer_id, card_token, total_minor, currency, state,
          version, placed_at)
        VALUES ('%s', '%s', 'c', 't', %d, 'EUR', '%s', 1, CURRENT_TIMESTAMP)"""
            .formatted(id, id, total, state));
  }

  private void payment(String id, String state, long amount) throws SQLException {
    run("payment", "INSERT INTO payment VALUES ('%s', '%s', %d)".formatted(id, state, amount));
  }

  private void run(String database, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(database), "sa", "");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String url(String database) {
    return "jdbc:h2:file:" + directory.resolve(database).toAbsolutePath();
  }
}
