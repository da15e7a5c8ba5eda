package io.grpcplatform.samples.order.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import org.flywaydb.core.Flyway;

/** The databases of both services, without the services: what a test writes there it may audit. */
final class TwoDatabases implements AutoCloseable {
  private static final Path PAYMENT_MIGRATIONS =
      Path.of("..", "sample-payment-service", "src", "main", "resources", "db", "migration");

  private final Connection orders;
  private final Connection payments;

  private TwoDatabases(Connection orders, Connection payments) {
    this.orders = orders;
    this.payments = payments;
  }

  /** Two that are there. */
  static TwoDatabases at(String orders, String payments, String user) throws SQLException {
    return new TwoDatabases(
        DriverManager.getConnection(orders, user, ""),
        DriverManager.getConnection(payments, user, ""));
  }

  /** Two empty ones, migrated as the services do it. */
  static TwoDatabases migrated(String orders, String payments, String user) throws SQLException {
    if (!Files.isDirectory(PAYMENT_MIGRATIONS)) {
      throw new AssertionError("not there: " + PAYMENT_MIGRATIONS.toAbsolutePath());
    }
    Flyway.configure().dataSource(orders, user, "").load().migrate();
    Flyway.configure()
        .dataSource(payments, user, "")
        .locations("filesystem:" + PAYMENT_MIGRATIONS)
        .load()
        .migrate();
    return at(orders, payments, user);
  }

  Audit.Report audit(Collection<String> acknowledged) throws SQLException {
    return Audit.of(acknowledged, orders, payments);
  }

  Connection orders() {
    return orders;
  }

  Connection payments() {
    return payments;
  }

  void order(String id, String state, long total) throws SQLException {
    run(
        orders,
        """
        INSERT INTO shop_order (order_id, idempotency_key, customer_id, card_token, total_minor, currency, state,
          version, placed_at)
        VALUES ('%s', '%s', 'c', 't', %d, 'EUR', '%s', 1, CURRENT_TIMESTAMP)"""
            .formatted(id, id, total, state));
  }

  void payment(String id, String state, long amount) throws SQLException {
    run(
        payments,
        """
        INSERT INTO payment (payment_id, state, amount_minor, currency, card_token, updated_at)
        VALUES ('%s', '%s', %d, 'EUR', 't', CURRENT_TIMESTAMP)"""
            .formatted(id, state, amount));
  }

  /** An answer of the payment service; the command's id is what makes it one of its own. */
  void answered(String id, String command, String event, long amount) throws SQLException {
    run(
        payments,
        """
        INSERT INTO settled_command (command_id, payment_id, content, event, amount_minor, currency, decided_at)
        VALUES ('%s:%s', '%s', 'c', '%s', %d, 'EUR', CURRENT_TIMESTAMP)"""
            .formatted(id, command, id, event, amount));
  }

  void paid(String id, long amount) throws SQLException {
    payment(id, "CAPTURED", amount);
    answered(id, "CAPTURE", "CAPTURED", amount);
  }

  void refunded(String id, long amount) throws SQLException {
    payment(id, "REFUNDED", amount);
    answered(id, "CAPTURE", "CAPTURED", amount);
    answered(id, "REFUND", "REFUNDED", amount);
  }

  static void run(Connection database, String sql) throws SQLException {
    try (Statement statement = database.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    orders.close();
    payments.close();
  }
}
