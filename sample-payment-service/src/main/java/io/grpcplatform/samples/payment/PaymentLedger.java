package io.grpcplatform.samples.payment;

import java.util.Optional;
import java.util.function.Function;

/** Where payments and the answers to commands are kept. Safe for any thread. */
public interface PaymentLedger {
  /** A command that was answered: what it said, and the answer. */
  record Settled(String content, Answer answer) {}

  Optional<Payment> payment(String id);

  Optional<Settled> settled(String commandId);

  /**
   * Carries the command out and stores payment and answer in one transaction, unless the command
   * was answered before: then the stored answer comes back and nothing is decided. The payment is
   * locked while {@code decide} runs; of several callers with one command id exactly one decides.
   */
  Settled settle(PaymentCommand command, Function<Optional<Payment>, Answered> decide);

  /** A decision with the answer that tells of it. */
  record Answered(Decision decision, Answer answer) {}
}
