package io.grpcplatform.samples.order.storage;

import io.grpcplatform.samples.order.NewOrder;
import io.grpcplatform.samples.order.Order;
import io.grpcplatform.samples.order.OrderLine;
import io.grpcplatform.samples.order.OrderStep;
import io.grpcplatform.samples.order.Orders.KeyTakenException;
import io.grpcplatform.samples.order.jdbc.UnwrittenRows;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Orders, lines and steps that a transaction adds and that are not in the database yet. An order is
 * written once, in the state that it has at the end of its transaction.
 */
final class NewOrderRows {
  private final UnwrittenRows<Order> orders;
  private final UnwrittenRows<Line> lines;
  private final UnwrittenRows<OrderStep> steps;

  /** A line of an order. */
  private record Line(String orderId, OrderLine line) {}

  NewOrderRows(JdbcOperations jdbc) {
    orders =
        new UnwrittenRows<>(
            jdbc,
            0,
            """
            INSERT INTO shop_order (order_id, idempotency_key, customer_id, card_token, total_minor, currency,
              state, cancel_reason, version, placed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            NewOrderRows::values,
            taken -> new KeyTakenException("an idempotency key", taken));
    lines =
        new UnwrittenRows<>(
            jdbc,
            1,
            "INSERT INTO order_line (order_id, sku, quantity) VALUES (?, ?, ?)",
            row -> new Object[] {row.orderId(), row.line().sku(), row.line().quantity()});
    steps =
        new UnwrittenRows<>(
            jdbc,
            1,
            """
            INSERT INTO order_step (order_id, version, state, cancel_reason, taken_at)
            VALUES (?, ?, ?, ?, ?)""",
            NewOrderRows::values);
  }

  private static @Nullable Object[] values(Order order) {
    NewOrder request = order.request();
    return new @Nullable Object[] {
      order.id(),
      request.idempotencyKey(),
      request.customerId(),
      request.cardToken(),
      order.total().minorUnits(),
      order.total().currency(),
      order.state().name(),
      JdbcOrders.name(order.cancelReason()),
      order.version(),
      JdbcOrders.utc(order.placedAt())
    };
  }

  private static @Nullable Object[] values(OrderStep step) {
    return new @Nullable Object[] {
      step.orderId(),
      step.version(),
      step.state().name(),
      JdbcOrders.name(step.cancelReason()),
      JdbcOrders.utc(step.at())
    };
  }

  void add(Order order) {
    orders.put(order.id(), order);
    for (OrderLine line : order.request().lines()) {
      lines.put(List.of(order.id(), line.sku()), new Line(order.id(), line));
    }
  }

  void add(OrderStep step) {
    steps.put(List.of(step.orderId(), step.version()), step);
  }

  /** False where the order is not new, or written already. */
  boolean replace(Order order) {
    return orders.replace(order.id(), order);
  }

  Optional<Order> find(Predicate<Order> wanted) {
    return orders.find(wanted);
  }

  /** Writes all of it, before something else reads it in the same transaction. */
  void write() {
    orders.write();
    lines.write();
    steps.write();
  }
}
