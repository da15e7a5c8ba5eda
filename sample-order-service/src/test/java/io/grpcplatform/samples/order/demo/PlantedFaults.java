package io.grpcplatform.samples.order.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Plants each fault in the databases that a run has left, in a transaction that is taken back, and
 * sees that the audit finds it: what it says of that run is worth something.
 */
final class PlantedFaults {
  private final TwoDatabases databases;
  private final List<String> acknowledged;

  PlantedFaults(TwoDatabases databases, List<String> acknowledged) {
    this.databases = databases;
    this.acknowledged = acknowledged;
  }

  void areEachFound() throws SQLException {
    String bought = any("SELECT MIN(order_id) FROM shop_order WHERE state = 'CONFIRMED'");
    planted(
        bought,
        "was acknowledged and is not in the database",
        () -> {
          TwoDatabases.run(databases.orders(), "DELETE FROM order_step" + of(bought));
          TwoDatabases.run(databases.orders(), "DELETE FROM order_line" + of(bought));
          TwoDatabases.run(databases.orders(), "DELETE FROM shop_order" + of(bought));
        });
    planted(bought, "charged 2 times", () -> databases.answered(bought, "AGAIN", "CAPTURED", 1));
    planted(
        bought,
        "is unfinished",
        () ->
            TwoDatabases.run(
                databases.orders(), "UPDATE shop_order SET state = 'CAPTURING'" + of(bought)));
    String recalled =
        any("SELECT MIN(order_id) FROM shop_order WHERE cancel_reason = 'PRODUCT_RECALLED'");
    planted(
        recalled,
        "is cancelled, its payment is still CAPTURED",
        () ->
            TwoDatabases.run(
                databases.payments(),
                "UPDATE payment SET state = 'CAPTURED' WHERE payment_id = '" + recalled + "'"));
    planted(
        recalled,
        "refunded 0 times",
        () ->
            TwoDatabases.run(
                databases.payments(),
                "DELETE FROM settled_command WHERE event = 'REFUNDED' AND payment_id = '"
                    + recalled
                    + "'"));
  }

  /** Something that somebody does to a database. */
  private interface Fault {
    void plant() throws SQLException;
  }

  private void planted(String order, String finding, Fault fault) throws SQLException {
    databases.orders().setAutoCommit(false);
    databases.payments().setAutoCommit(false);
    try {
      fault.plant();
      Audit.Report report = databases.audit(acknowledged);
      assertThat(report.findings()).as(finding).hasSize(1).first().asString().contains(finding);
      assertThat(report.findings().get(0)).contains(order);
      assertThat(report.lost()).isEqualTo(1);
    } finally {
      databases.orders().rollback();
      databases.payments().rollback();
    }
    assertThat(databases.audit(acknowledged).isClean()).as("taken back").isTrue();
  }

  private String any(String sql) throws SQLException {
    Connection orders = databases.orders();
    try (PreparedStatement query = orders.prepareStatement(sql);
        ResultSet row = query.executeQuery()) {
      assertThat(row.next()).isTrue();
      String id = row.getString(1);
      assertThat(id).as(sql).isNotNull();
      return id;
    }
  }

  private static String of(String order) {
    return " WHERE order_id = '" + order + "'";
  }
}
