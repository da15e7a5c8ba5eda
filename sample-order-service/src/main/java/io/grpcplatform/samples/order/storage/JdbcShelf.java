package io.grpcplatform.samples.order.storage;

import io.grpcplatform.samples.order.Money;
import io.grpcplatform.samples.order.OrderLine;
import io.grpcplatform.samples.order.Shelf;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The goods, one row for each product. Lines come sorted by product, so two orders never wait for
 * each other in a circle.
 */
@Component
final class JdbcShelf implements Shelf {
  private final JdbcClient jdbc;

  JdbcShelf(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  @Override
  public Optional<Money> price(String sku) {
    return jdbc.sql("SELECT price_minor, currency FROM product WHERE sku = ?")
        .param(sku)
        .query((row, i) -> new Money(row.getLong("price_minor"), row.getString("currency")))
        .optional();
  }

  @Override
  public boolean reserve(List<OrderLine> lines) {
    for (int i = 0; i < lines.size(); i++) {
      if (!take(lines.get(i))) {
        release(lines.subList(0, i));
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean checkOut(List<OrderLine> lines) {
    for (OrderLine line : lines) {
      if (isRecalled(line.sku())) {
        return false;
      }
    }
    for (OrderLine line : lines) {
      change("UPDATE product SET reserved = reserved - ? WHERE sku = ?", line);
    }
    return true;
  }

  @Override
  public void release(List<OrderLine> lines) {
    for (OrderLine line : lines) {
      jdbc.sql(
              "UPDATE product SET available = available + ?, reserved = reserved - ? WHERE sku = ?")
          .param(line.quantity())
          .param(line.quantity())
          .param(line.sku())
          .update();
    }
  }

  @Override
  public void takeBack(List<OrderLine> lines) {
    for (OrderLine line : lines) {
      change("UPDATE product SET available = available + ? WHERE sku = ?", line);
    }
  }

  private boolean take(OrderLine line) {
    return jdbc.sql(
                """
                UPDATE product SET available = available - ?, reserved = reserved + ?
                WHERE sku = ? AND available >= ?""")
            .param(line.quantity())
            .param(line.quantity())
            .param(line.sku())
            .param(line.quantity())
            .update()
        == 1;
  }

  private boolean isRecalled(String sku) {
    return jdbc.sql("SELECT recalled FROM product WHERE sku = ?")
        .param(sku)
        .query(Boolean.class)
        .single();
  }

  private void change(String sql, OrderLine line) {
    jdbc.sql(sql).param(line.quantity()).param(line.sku()).update();
  }
}
