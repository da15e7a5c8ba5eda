package io.grpcplatform.samples.order.demo;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts, from the two databases alone, what became of the orders that were acknowledged. Both
 * services must have ended: an embedded database has one owner.
 */
final class Audit {
  private Audit() {}

  /**
   * What was found.
   *
   * @param lost acknowledged orders that are missing, unfinished, or whose money is not where it
   *     belongs
   * @param confirmedMinor what all confirmed orders cost
   * @param capturedMinor what was taken from cards and not given back
   * @param findings what is wrong with each lost order, in words
   */
  record Report(
      int placed,
      int confirmed,
      int compensated,
      int lost,
      long confirmedMinor,
      long capturedMinor,
      List<String> findings) {

    boolean isClean() {
      return lost == 0 && confirmedMinor == capturedMinor;
    }

    /** The promise of demo.sh: the last line it prints. */
    String line() {
      return "demo: %d placed, %d confirmed, %d compensated, %d lost"
          .formatted(placed, confirmed, compensated, lost);
    }
  }

  private record Row(String state, long minorUnits) {}

  static Report of(List<String> acknowledged, Path orderData, Path paymentData)
      throws SQLException {
    Map<String, Row> orders =
        read(orderData.resolve("order"), "SELECT order_id, state, total_minor FROM shop_order");
    Map<String, Row> payments =
        read(paymentData.resolve("payment"), "SELECT payment_id, state, amount_minor FROM payment");
    int confirmed = 0;
    int compensated = 0;
    List<String> findings = new ArrayList<>();
    for (String id : acknowledged) {
      Row order = orders.get(id);
      String finding = finding(order, payments.get(id));
      if (finding != null) {
        findings.add("order " + id + " " + finding);
      } else if (order != null && order.state().equals("CONFIRMED")) {
        confirmed++;
      } else {
        compensated++;
      }
    }
    return new Report(
        acknowledged.size(),
        confirmed,
        compensated,
        findings.size(),
        sum(orders, "CONFIRMED"),
        sum(payments, "CAPTURED"),
        findings);
  }

  /** What is wrong; null when nothing is. */
  private static @Nullable String finding(@Nullable Row order, @Nullable Row payment) {
    if (order == null) {
      return "was acknowledged and is not in the database";
    }
    String money = payment == null ? "NONE" : payment.state();
    return switch (order.state()) {
      case "CONFIRMED" -> {
        boolean paid =
            payment != null
                && money.equals("CAPTURED")
                && payment.minorUnits() == order.minorUnits();
        yield paid ? null : "is confirmed, its payment is " + payment;
      }
      case "CANCELLED" ->
          money.equals("CAPTURED") || money.equals("AUTHORIZED")
              ? "is cancelled, its payment is still " + money
              : null;
      default -> "is unfinished: " + order.state();
    };
  }

  private static long sum(Map<String, Row> rows, String state) {
    return rows.values().stream()
        .filter(row -> row.state().equals(state))
        .mapToLong(Row::minorUnits)
        .sum();
  }

  private static Map<String, Row> read(Path database, String sql) throws SQLException {
    String url = "jdbc:h2:file:" + database.toAbsolutePath() + ";IFEXISTS=TRUE";
    Map<String, Row> rows = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(url, "sa", "");
        PreparedStatement query = connection.prepareStatement(sql);
        ResultSet result = query.executeQuery()) {
      while (result.next()) {
        rows.put(result.getString(1), new Row(result.getString(2), result.getLong(3)));
      }
    }
    return rows;
  }
}
