package io.grpcplatform.samples.payment;

/** One command about one payment; its id is its idempotency key. */
public record PaymentCommand(String id, String paymentId, Action action) {
  public PaymentCommand {
    Identifier.require("command_id", id);
    Identifier.require("payment_id", paymentId);
  }

  /** What the command says, in one line: two commands with one id must say the same. */
  public String content() {
    return paymentId + " " + action.content();
  }

  /** What is to be done. */
  public sealed interface Action {
    String content();
  }

  /** Hold the amount on the card. */
  public record Authorize(Money amount, String cardToken) implements Action {
    public Authorize {
      Identifier.require("card_token", cardToken);
      if (amount.minorUnits() == 0) {
        throw new IllegalArgumentException("amount: " + amount + " (expected: more than nothing)");
      }
    }

    @Override
    public String content() {
      return "AUTHORIZE " + amount + " " + cardToken;
    }
  }

  /** Take the held amount. */
  public record Capture() implements Action {
    @Override
    public String content() {
      return "CAPTURE";
    }
  }

  /** Let go of what is held. */
  public record VoidAuthorization() implements Action {
    @Override
    public String content() {
      return "VOID";
    }
  }

  /** Give the captured amount back. */
  public record Refund() implements Action {
    @Override
    public String content() {
      return "REFUND";
    }
  }
}
