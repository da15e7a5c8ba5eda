package io.grpcplatform.samples.order;

/** Some pieces of one product. */
public record OrderLine(String sku, int quantity) {
  public OrderLine {
    Identifier.require("sku", sku);
    if (quantity < 1 || quantity > 1_000) {
      throw new IllegalArgumentException(
          "quantity: " + quantity + " of " + sku + " (expected: 1 to 1000)");
    }
  }
}
