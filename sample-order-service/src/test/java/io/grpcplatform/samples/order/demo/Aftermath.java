package io.grpcplatform.samples.order.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a killed process has left behind, looked up before it is started again.
 *
 * @param underWay orders that have not ended, by state
 * @param unheard commands that payment has carried out and the order does not know of
 * @param undone commands that wait and were not carried out
 */
record Aftermath(Map<String, Long> underWay, int unheard, int undone) {

  static Aftermath of(TwoDatabases databases) throws SQLException {
    Map<String, Long> underWay = new TreeMap<>();
    try (PreparedStatement query =
            databases
                .orders()
                .prepareStatement(
                    "SELECT state, COUNT(*) FROM shop_order"
                        + " WHERE state NOT IN ('CONFIRMED', 'CANCELLED') GROUP BY state");
        ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        underWay.put(rows.getString(1), rows.getLong(2));
      }
    }
    // Payments first: what is heard of in between leaves the outbox, and is then not counted.
    Set<String> done = ids(databases.payments(), "SELECT command_id FROM settled_command");
    Set<String> waiting = ids(databases.orders(), "SELECT command_id FROM outbox");
    int unheard = (int) waiting.stream().filter(done::contains).count();
    return new Aftermath(underWay, unheard, waiting.size() - unheard);
  }

  private static Set<String> ids(Connection database, String sql) throws SQLException {
    Set<String> ids = new TreeSet<>();
    try (PreparedStatement query = database.prepareStatement(sql);
        ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    return ids;
  }

  boolean interruptedSomething() {
    return !underWay.isEmpty();
  }

  @Override
  public String toString() {
    return "under way %s; commands carried out and not heard of %d, not carried out %d"
        .formatted(underWay, unheard, undone);
  }
}
