package io.grpcplatform.samples.order;

/**
 * A command that waits for the payment service. An order gives each command at most once, so order
 * and command make the idempotency key; the order's id is also the payment's.
 *
 * @param trace the trace that the command belongs to, as text; the outbox keeps it, and it is empty
 *     where there is none
 */
public record PaymentCommand(
    String orderId, SagaCommand command, Money amount, String cardToken, String trace) {
  public PaymentCommand {
    if (command.way() != SagaCommand.Way.BY_STREAM) {
      throw new IllegalArgumentException(
          "command: " + command + " (expected: one that goes over the stream to payment)");
    }
  }

  /** A new command, for the outbox. */
  PaymentCommand(String orderId, SagaCommand command, Money amount, String cardToken) {
    this(orderId, command, amount, cardToken, "");
  }

  public String id() {
    return orderId + ":" + command.name();
  }
}
