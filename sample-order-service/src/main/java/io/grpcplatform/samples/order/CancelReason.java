package io.grpcplatform.samples.order;

/** Why an order is cancelled. */
public enum CancelReason {
  OUT_OF_STOCK,
  CARD_DECLINED,
  CAPTURE_DECLINED,
  PRODUCT_RECALLED,
  CUSTOMER_WISH
}
