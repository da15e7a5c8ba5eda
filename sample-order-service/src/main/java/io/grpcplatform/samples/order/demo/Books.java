package io.grpcplatform.samples.order.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the databases of both services say: the orders, their payments, and every movement of money
 * that was ever answered. Read in SQL that H2 and PostgreSQL share.
 *
 * @param orders by order id
 * @param payments by payment id, which is the order's
 * @param movements how often and how much, by payment id and then by event
 * @param waiting commands in the outbox, by order id
 * @param reserved pieces set aside, by product
 */
record Books(
    Map<String, Row> orders,
    Map<String, Row> payments,
    Map<String, Map<String, Moved>> movements,
    Map<String, Long> waiting,
    Map<String, Long> reserved) {

  /** An order or a payment. */
  record Row(String state, long minorUnits) {}

  /** What one kind of event has moved for one payment. */
  record Moved(long times, long minorUnits) {
    private static final Moved NEVER = new Moved(0, 0);
  }

  static Books read(Connection orders, Connection payments) throws SQLException {
    Map<String, Map<String, Moved>> movements = new HashMap<>();
    each(
        payments,
        "SELECT payment_id, event, COUNT(*), SUM(amount_minor) FROM settled_command"
            + " GROUP BY payment_id, event",
        row ->
            movements
                .computeIfAbsent(row.getString(1), id -> new HashMap<>())
                .put(row.getString(2), new Moved(row.getLong(3), row.getLong(4))));
    return new Books(
        rows(orders, "SELECT order_id, state, total_minor FROM shop_order"),
        rows(payments, "SELECT payment_id, state, amount_minor FROM payment"),
        movements,
        counts(orders, "SELECT order_id, COUNT(*) FROM outbox GROUP BY order_id"),
        counts(orders, "SELECT sku, reserved FROM product WHERE reserved <> 0"));
  }

  /** Every order that one of the two databases knows. */
  Set<String> ids() {
    Set<String> ids = new TreeSet<>(orders.keySet());
    ids.addAll(payments.keySet());
    ids.addAll(movements.keySet());
    return ids;
  }

  @Nullable Row order(String id) {
    return orders.get(id);
  }

  @Nullable Row payment(String id) {
    return payments.get(id);
  }

  Moved moved(String id, String event) {
    return movements.getOrDefault(id, Map.of()).getOrDefault(event, Moved.NEVER);
  }

  /** Taken from cards and not given back, by what was answered and not by where payments stand. */
  long keptMinor() {
    return ids().stream()
        .mapToLong(id -> moved(id, "CAPTURED").minorUnits() - moved(id, "REFUNDED").minorUnits())
        .sum();
  }

  private interface Reader {
    void read(ResultSet row) throws SQLException;
  }

  private static Map<String, Row> rows(Connection from, String sql) throws SQLException {
    Map<String, Row> rows = new HashMap<>();
    each(from, sql, row -> rows.put(row.getString(1), new Row(row.getString(2), row.getLong(3))));
    return rows;
  }

  private static Map<String, Long> counts(Connection from, String sql) throws SQLException {
    Map<String, Long> counts = new HashMap<>();
    each(from, sql, row -> counts.put(row.getString(1), row.getLong(2)));
    return counts;
  }

  private static void each(Connection from, String sql, Reader reader) throws SQLException {
    try (PreparedStatement query = from.prepareStatement(sql);
        ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        reader.read(rows);
      }
    }
  }
}
