package io.grpcplatform.samples.order.storage;

import io.grpcplatform.samples.order.CancelReason;
import io.grpcplatform.samples.order.Money;
import io.grpcplatform.samples.order.NewOrder;
import io.grpcplatform.samples.order.Order;
import io.grpcplatform.samples.order.OrderLine;
import io.grpcplatform.samples.order.OrderState;
import io.grpcplatform.samples.order.OrderStep;
import io.grpcplatform.samples.order.Orders;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Orders, their lines and their steps. */
@Component
final class JdbcOrders implements Orders {
  private final JdbcClient jdbc;
  private final NewOrderRows added;

  JdbcOrders(JdbcClient jdbc, DataSource database) {
    this.jdbc = jdbc;
    this.added = new NewOrderRows(new JdbcTemplate(database));
  }

  @Override
  public Optional<Order> find(String id) {
    return added.find(order -> order.id().equals(id)).or(() -> select("WHERE order_id = ?", id));
  }

  @Override
  public Optional<Order> findByKey(String idempotencyKey) {
    return added
        .find(order -> order.request().idempotencyKey().equals(idempotencyKey))
        .or(() -> select("WHERE idempotency_key = ?", idempotencyKey));
  }

  @Override
  public Order lock(String id) {
    added.write();
    return select("WHERE order_id = ? FOR UPDATE", id)
        .orElseThrow(() -> new IllegalStateException("no order " + id + " (expected: one)"));
  }

  @Override
  public void insert(Order order) {
    added.add(order);
  }

  @Override
  public void update(Order order) {
    if (!added.replace(order)) {
      jdbc.sql("UPDATE shop_order SET state = ?, cancel_reason = ?, version = ? WHERE order_id = ?")
          .param(order.state().name())
          .param(name(order.cancelReason()))
          .param(order.version())
          .param(order.id())
          .update();
    }
  }

  @Override
  public void append(OrderStep step) {
    added.add(step);
  }

  @Override
  public List<OrderStep> steps(String orderId, long afterVersion, int limit) {
    added.write();
    return jdbc.sql(
            """
            SELECT * FROM order_step WHERE order_id = ? AND version > ?
            ORDER BY version FETCH FIRST ? ROWS ONLY""")
        .param(orderId)
        .param(afterVersion)
        .param(limit)
        .query(
            (row, i) ->
                new OrderStep(
                    row.getString("order_id"),
                    row.getLong("version"),
                    OrderState.valueOf(row.getString("state")),
                    reason(row),
                    instant(row, "taken_at")))
        .list();
  }

  @Override
  public long unfinished() {
    added.write();
    return jdbc.sql("SELECT COUNT(*) FROM shop_order WHERE state NOT IN (?, ?)")
        .param(OrderState.CONFIRMED.name())
        .param(OrderState.CANCELLED.name())
        .query(Long.class)
        .single();
  }

  private Optional<Order> select(String where, String value) {
    // The lines in a second query, after the first has given its connection back: readers never
    // hold two.
    return jdbc.sql("SELECT * FROM shop_order " + where)
        .param(value)
        .query((row, i) -> readHead(row))
        .optional()
        .map(head -> head.with(lines(head.id)));
  }

  /** An order without its lines. */
  private record Head(
      String id,
      String key,
      String customer,
      String card,
      Money total,
      OrderStep last,
      Instant placedAt) {

    Order with(List<OrderLine> lines) {
      NewOrder request = new NewOrder(key, customer, lines, card);
      return new Order(
          id, request, total, last.state(), last.cancelReason(), last.version(), placedAt);
    }
  }

  private static Head readHead(ResultSet row) throws SQLException {
    String id = row.getString("order_id");
    Instant placedAt = instant(row, "placed_at");
    OrderState state = OrderState.valueOf(row.getString("state"));
    return new Head(
        id,
        row.getString("idempotency_key"),
        row.getString("customer_id"),
        row.getString("card_token"),
        new Money(row.getLong("total_minor"), row.getString("currency")),
        new OrderStep(id, row.getLong("version"), state, reason(row), placedAt),
        placedAt);
  }

  private List<OrderLine> lines(String orderId) {
    return jdbc.sql("SELECT sku, quantity FROM order_line WHERE order_id = ?")
        .param(orderId)
        .query((row, i) -> new OrderLine(row.getString("sku"), row.getInt("quantity")))
        .list();
  }

  static @Nullable String name(@Nullable CancelReason reason) {
    return reason == null ? null : reason.name();
  }

  private static @Nullable CancelReason reason(ResultSet row) throws SQLException {
    String name = row.getString("cancel_reason");
    return name == null ? null : CancelReason.valueOf(name);
  }

  static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    @Nullable OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
    return Objects.requireNonNull(value, column).toInstant();
  }
}
