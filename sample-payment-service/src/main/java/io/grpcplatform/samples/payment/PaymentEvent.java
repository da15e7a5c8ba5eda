package io.grpcplatform.samples.payment;

/** What a command led to. */
public sealed interface PaymentEvent {
  /** The amount is held. */
  record Authorized(Money amount) implements PaymentEvent {}

  /** The card said no. */
  record Declined(DeclineReason reason) implements PaymentEvent {}

  /** The amount was taken. */
  record Captured(Money amount) implements PaymentEvent {}

  /** Nothing is held any more. */
  record AuthorizationVoided() implements PaymentEvent {}

  /** The amount went back. */
  record Refunded(Money amount) implements PaymentEvent {}

  /** The command makes no sense; the payment is as it was. */
  record Rejected(RejectReason reason, String detail) implements PaymentEvent {}

  /** Why a card said no. */
  enum DeclineReason {
    CARD_DECLINED,
    CAPTURE_DECLINED
  }

  /** Why a command makes no sense. */
  enum RejectReason {
    MALFORMED,
    KEY_REUSED,
    UNKNOWN_PAYMENT,
    WRONG_STATE
  }
}
