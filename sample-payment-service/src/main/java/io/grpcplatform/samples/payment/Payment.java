package io.grpcplatform.samples.payment;

import java.time.Instant;

/** A payment as it stands. */
public record Payment(String id, State state, Money amount, String cardToken, Instant updatedAt) {
  /** How far a payment has come. */
  public enum State {
    AUTHORIZED,
    DECLINED,
    CAPTURED,
    VOIDED,
    REFUNDED
  }

  Payment in(State next, Instant now) {
    return new Payment(id, next, amount, cardToken, now);
  }
}
