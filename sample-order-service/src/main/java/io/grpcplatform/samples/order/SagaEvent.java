package io.grpcplatform.samples.order;

/** What has happened to an order, in the shop or at the payment service. */
public enum SagaEvent {
  RESERVED,
  OUT_OF_STOCK,
  AUTHORIZED,
  CARD_DECLINED,
  CAPTURED,
  CAPTURE_DECLINED,
  CONFIRMED,
  PRODUCT_RECALLED,
  VOIDED,
  REFUNDED,
  RELEASED,
  /** The customer wants the money of a confirmed order back. */
  REFUND_WANTED,
  /** It is back, and the goods are on their way. */
  PAID_BACK
}
