package io.grpcplatform.samples.order.demo;

import io.grpcplatform.samples.order.demo.Books.Moved;
import io.grpcplatform.samples.order.demo.Books.Row;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts, from the two databases alone, what became of the orders that were acknowledged. Both
 * services must have ended: what still moves cannot be counted, and an embedded database has one
 * owner.
 */
final class Audit {
  private final Books books;
  private final Set<String> acknowledged;
  private final List<String> findings = new ArrayList<>();
  private int confirmed;
  private int compensated;

  private Audit(Books books, Set<String> acknowledged) {
    this.books = books;
    this.acknowledged = acknowledged;
  }

  /**
   * What was found.
   *
   * @param lost acknowledged orders that are missing, unfinished, or whose money is not where it
   *     belongs
   * @param confirmedMinor what all confirmed orders cost
   * @param capturedMinor what was taken from cards, each time it was, and not given back
   * @param findings what is wrong, in words: with lost orders first, then with what nobody was told
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
      return findings.isEmpty() && confirmedMinor == capturedMinor;
    }

    /** The promise of demo.sh: the last line it prints. */
    String line() {
      return "demo: %d placed, %d confirmed, %d compensated, %d lost"
          .formatted(placed, confirmed, compensated, lost);
    }
  }

  /** Of embedded databases in these directories. */
  static Report of(Collection<String> acknowledged, Path orderData, Path paymentData)
      throws SQLException {
    try (Connection orders = embedded(orderData.resolve("order"));
        Connection payments = embedded(paymentData.resolve("payment"))) {
      return of(acknowledged, orders, payments);
    }
  }

  /** Of any databases. */
  static Report of(Collection<String> acknowledged, Connection orders, Connection payments)
      throws SQLException {
    return new Audit(Books.read(orders, payments), new HashSet<>(acknowledged)).report();
  }

  private static Connection embedded(Path database) throws SQLException {
    String url = "jdbc:h2:file:" + database.toAbsolutePath() + ";IFEXISTS=TRUE";
    return DriverManager.getConnection(url, "sa", "");
  }

  private Report report() {
    acknowledged.stream().sorted().forEach(this::countAcknowledged);
    int lost = findings.size();
    books.ids().stream().filter(id -> !acknowledged.contains(id)).forEach(this::lookAtTheRest);
    lookAtTheShelf();
    long confirmedMinor =
        books.orders().values().stream()
            .filter(order -> order.state().equals("CONFIRMED"))
            .mapToLong(Row::minorUnits)
            .sum();
    return new Report(
        acknowledged.size(),
        confirmed,
        compensated,
        lost,
        confirmedMinor,
        books.keptMinor(),
        List.copyOf(findings));
  }

  private void countAcknowledged(String id) {
    Row order = books.order(id);
    String finding =
        order == null ? "was acknowledged and is not in the database" : finding(id, order);
    if (finding != null) {
      findings.add("order " + id + " " + finding);
    } else if (order != null && order.state().equals("CONFIRMED")) {
      confirmed++;
    } else {
      compensated++;
    }
  }

  /** Nobody was promised anything, so an order may be under way; its money must be right. */
  private void lookAtTheRest(String id) {
    Row order = books.order(id);
    if (order != null) {
      String finding = isFinal(order) ? finding(id, order) : null;
      if (finding != null) {
        findings.add("order " + id + " (never acknowledged) " + finding);
      }
    } else {
      findings.add("payment " + id + " belongs to no order: " + books.payment(id));
    }
  }

  private void lookAtTheShelf() {
    if (books.orders().values().stream().allMatch(Audit::isFinal)) {
      books
          .reserved()
          .forEach(
              (sku, pieces) ->
                  findings.add("product " + sku + ": " + pieces + " set aside for no order"));
    }
  }

  /** What is wrong; null when nothing is. */
  private @Nullable String finding(String id, Row order) {
    if (!isFinal(order)) {
      return "is unfinished: " + order.state();
    }
    if (books.waiting().containsKey(id)) {
      return "is " + order.state() + " and still has a command in the outbox";
    }
    return order.state().equals("CONFIRMED")
        ? confirmedFinding(id, order, books.payment(id))
        : cancelledFinding(id, books.payment(id));
  }

  private @Nullable String confirmedFinding(String id, Row order, @Nullable Row payment) {
    if (!Objects.equals(payment, new Row("CAPTURED", order.minorUnits()))) {
      return "is confirmed for " + order.minorUnits() + ", its payment is " + payment;
    }
    Moved captured = books.moved(id, "CAPTURED");
    Moved refunded = books.moved(id, "REFUNDED");
    boolean once = captured.equals(new Moved(1, order.minorUnits())) && refunded.times() == 0;
    return once
        ? null
        : "is confirmed for " + order.minorUnits() + ", " + charged(captured, refunded);
  }

  private @Nullable String cancelledFinding(String id, @Nullable Row payment) {
    String money = payment == null ? "NONE" : payment.state();
    if (money.equals("CAPTURED") || money.equals("AUTHORIZED")) {
      return "is cancelled, its payment is still " + money;
    }
    Moved captured = books.moved(id, "CAPTURED");
    Moved refunded = books.moved(id, "REFUNDED");
    boolean even =
        captured.equals(refunded) && captured.times() == (money.equals("REFUNDED") ? 1 : 0);
    return even ? null : "is cancelled, " + charged(captured, refunded);
  }

  private static String charged(Moved captured, Moved refunded) {
    return "charged %d times, %d in all; refunded %d times, %d in all"
        .formatted(
            captured.times(), captured.minorUnits(), refunded.times(), refunded.minorUnits());
  }

  private static boolean isFinal(Row order) {
    return order.state().equals("CONFIRMED") || order.state().equals("CANCELLED");
  }
}
