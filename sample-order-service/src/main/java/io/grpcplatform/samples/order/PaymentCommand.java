package io.grpcplatform.samples.order;

/**
 * A command that waits for the payment service. An order gives each command at most once, so order
 * and command make the idempotency key; the order's id is also the payment's.
 */
public record PaymentCommand(String orderId, SagaCommand command, Money amount, String cardToken) {
  public PaymentCommand {
    if (command.isLocal()) {
      throw new IllegalArgumentException(
          "command: " + command + " (expected: one that the payment service carries out)");
    }
  }

  public String id() {
    return orderId + ":" + command.name();
  }
}
