package io.grpcplatform.samples.order.demo;

import io.grpcplatform.samples.order.v1.NewOrder;
import io.grpcplatform.samples.order.v1.OrderLine;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The orders that one shopper wants, no two with the same key. Of twenty, two cards are declined,
 * one is declined when captured, and one buys what has been recalled. Safe for any thread.
 */
final class Wishes {
  private static final List<String> GOODS =
      List.of("tea-assam", "tea-sencha", "mug-blue", "kettle-steel");

  // Nor has any other shopper, on whatever database they meet.
  private final String run = UUID.randomUUID().toString().substring(0, 13);
  private final AtomicInteger numbered = new AtomicInteger();

  NewOrder next() {
    int number = numbered.incrementAndGet();
    int kind = number % 20;
    String card =
        kind == 3 || kind == 13 ? "tok_demo_0002" : kind == 7 ? "tok_demo_0119" : "tok_demo_4242";
    String sku = kind == 17 ? "heater-recalled" : GOODS.get(number % GOODS.size());
    return NewOrder.newBuilder()
        .setIdempotencyKey(run + "-" + number)
        .setCustomerId("customer-" + number % 17)
        .setCardToken(card)
        .addLines(OrderLine.newBuilder().setSku(sku).setQuantity(1 + number % 3))
        .build();
  }
}
