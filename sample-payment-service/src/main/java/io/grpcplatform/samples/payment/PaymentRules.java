package io.grpcplatform.samples.payment;

import io.grpcplatform.samples.payment.Payment.State;
import io.grpcplatform.samples.payment.PaymentCommand.Authorize;
import io.grpcplatform.samples.payment.PaymentCommand.Capture;
import io.grpcplatform.samples.payment.PaymentCommand.Refund;
import io.grpcplatform.samples.payment.PaymentCommand.VoidAuthorization;
import io.grpcplatform.samples.payment.PaymentEvent.DeclineReason;
import io.grpcplatform.samples.payment.PaymentEvent.RejectReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What each command does to a payment: a pure decision, (payment, command) → (event, payment).
 *
 * <table>
 * <caption>Everything not in this table is rejected, the payment unchanged</caption>
 * <tr><th>payment</th><th>command</th><th>event</th><th>payment after</th></tr>
 * <tr><td>none</td><td>authorize</td><td>authorized</td><td>AUTHORIZED</td></tr>
 * <tr><td>none</td><td>authorize</td><td>declined</td><td>DECLINED</td></tr>
 * <tr><td>AUTHORIZED</td><td>capture</td><td>captured</td><td>CAPTURED</td></tr>
 * <tr><td>AUTHORIZED</td><td>capture</td><td>declined</td><td>AUTHORIZED</td></tr>
 * <tr><td>AUTHORIZED</td><td>void</td><td>voided</td><td>VOIDED</td></tr>
 * <tr><td>CAPTURED</td><td>refund</td><td>refunded</td><td>REFUNDED</td></tr>
 * </table>
 */
final class PaymentRules {
  private PaymentRules() {}

  static Decision decide(@Nullable Payment payment, PaymentCommand command, Instant now) {
    if (command.action() instanceof Authorize authorize) {
      return payment == null
          ? authorize(command.paymentId(), authorize, now)
          : wrongState(payment, command);
    }
    if (payment == null) {
      String detail = "no payment " + command.paymentId() + " (expected: authorize it first)";
      return rejected(null, RejectReason.UNKNOWN_PAYMENT, detail);
    }
    return switch (payment.state()) {
      case AUTHORIZED -> ofAuthorized(payment, command, now);
      case CAPTURED ->
          command.action() instanceof Refund
              ? new Decision(
                  new PaymentEvent.Refunded(payment.amount()), payment.in(State.REFUNDED, now))
              : wrongState(payment, command);
      case DECLINED, VOIDED, REFUNDED -> wrongState(payment, command);
    };
  }

  private static Decision authorize(String id, Authorize authorize, Instant now) {
    boolean yes = TestCards.authorizes(authorize.cardToken());
    PaymentEvent event =
        yes
            ? new PaymentEvent.Authorized(authorize.amount())
            : new PaymentEvent.Declined(DeclineReason.CARD_DECLINED);
    State state = yes ? State.AUTHORIZED : State.DECLINED;
    return new Decision(
        event, new Payment(id, state, authorize.amount(), authorize.cardToken(), now));
  }

  private static Decision ofAuthorized(Payment payment, PaymentCommand command, Instant now) {
    if (command.action() instanceof Capture) {
      return TestCards.captures(payment.cardToken())
          ? new Decision(
              new PaymentEvent.Captured(payment.amount()), payment.in(State.CAPTURED, now))
          : new Decision(new PaymentEvent.Declined(DeclineReason.CAPTURE_DECLINED), payment);
    }
    if (command.action() instanceof VoidAuthorization) {
      return new Decision(new PaymentEvent.AuthorizationVoided(), payment.in(State.VOIDED, now));
    }
    return wrongState(payment, command);
  }

  private static Decision wrongState(Payment payment, PaymentCommand command) {
    String detail = payment.id() + " is " + payment.state() + ": " + command.action().content();
    return rejected(payment, RejectReason.WRONG_STATE, detail);
  }

  private static Decision rejected(@Nullable Payment payment, RejectReason reason, String detail) {
    return new Decision(new PaymentEvent.Rejected(reason, detail), payment);
  }
}
