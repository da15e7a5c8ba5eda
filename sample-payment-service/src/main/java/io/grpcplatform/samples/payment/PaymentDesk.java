package io.grpcplatform.samples.payment;

import io.grpcplatform.samples.payment.PaymentEvent.RejectReason;
import io.grpcplatform.samples.payment.PaymentEvent.Rejected;
import io.grpcplatform.samples.payment.PaymentLedger.Answered;
import io.grpcplatform.samples.payment.PaymentLedger.Settled;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Answers commands, each carried out once whatever is repeated or races. Safe for any thread;
 * blocks on the database.
 */
public final class PaymentDesk {
  private final PaymentLedger ledger;
  private final InstantSource clock;

  public PaymentDesk(PaymentLedger ledger, InstantSource clock) {
    this.ledger = ledger;
    this.clock = clock;
  }

  public Answer answer(PaymentCommand command) {
    Settled settled =
        ledger
            .settled(command.id())
            .orElseGet(() -> ledger.settle(command, payment -> decide(command, payment)));
    return settled.content().equals(command.content()) ? settled.answer() : keyReused(command);
  }

  public Optional<Payment> payment(String id) {
    return ledger.payment(id);
  }

  /**
   * The answer to something with an id that is no command; it is not stored, for a later version
   * may know better.
   */
  public Answer malformed(String commandId, String paymentId, String detail) {
    return new Answer(commandId, paymentId, new Rejected(RejectReason.MALFORMED, detail), now());
  }

  private Answered decide(PaymentCommand command, Optional<Payment> payment) {
    Instant now = now();
    Decision decision = PaymentRules.decide(payment.orElse(null), command, now);
    return new Answered(
        decision, new Answer(command.id(), command.paymentId(), decision.event(), now));
  }

  private Answer keyReused(PaymentCommand command) {
    String detail = command.id() + " was used for another command (expected: a new key)";
    return new Answer(
        command.id(), command.paymentId(), new Rejected(RejectReason.KEY_REUSED, detail), now());
  }

  /** As precise as the database keeps it, so that a repeated answer equals the first. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
