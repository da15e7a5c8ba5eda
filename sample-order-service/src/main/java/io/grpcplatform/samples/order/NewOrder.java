package io.grpcplatform.samples.order;

import java.util.Comparator;
import java.util.List;

/**
 * What is ordered, by whom, and how it is paid. Lines are kept by product, so that all orders lock
 * the shelf in one order.
 */
public record NewOrder(
    String idempotencyKey, String customerId, List<OrderLine> lines, String cardToken) {
  private static final int MAX_LINES = 100;

  public NewOrder {
    Identifier.require("idempotency_key", idempotencyKey);
    Identifier.require("customer_id", customerId);
    Identifier.require("card_token", cardToken);
    if (lines.isEmpty() || lines.size() > MAX_LINES) {
      throw new IllegalArgumentException(
          "lines: " + lines.size() + " (expected: 1 to " + MAX_LINES + ")");
    }
    if (lines.stream().map(OrderLine::sku).distinct().count() != lines.size()) {
      throw new IllegalArgumentException("lines: a product twice (expected: one line for each)");
    }
    lines = lines.stream().sorted(Comparator.comparing(OrderLine::sku)).toList();
  }
}
