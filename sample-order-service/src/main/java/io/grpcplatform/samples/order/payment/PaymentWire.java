package io.grpcplatform.samples.order.payment;

import io.grpcplatform.samples.money.v1.Money;
import io.grpcplatform.samples.order.PaymentCommand;
import io.grpcplatform.samples.order.SagaCommand;
import io.grpcplatform.samples.order.SagaEvent;
import io.grpcplatform.samples.payment.v1.Authorize;
import io.grpcplatform.samples.payment.v1.Capture;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.samples.payment.v1.Refund;
import io.grpcplatform.samples.payment.v1.VoidAuthorization;
import java.util.Optional;

/** Commands as messages, and messages as events of the saga. */
final class PaymentWire {
  private PaymentWire() {}

  static ProcessRequest request(PaymentCommand command) {
    ProcessRequest.Builder request =
        ProcessRequest.newBuilder().setCommandId(command.id()).setPaymentId(command.orderId());
    switch (command.command()) {
      case AUTHORIZE ->
          request.setAuthorize(
              Authorize.newBuilder()
                  .setAmount(
                      Money.newBuilder()
                          .setMinorUnits(command.amount().minorUnits())
                          .setCurrency(command.amount().currency()))
                  .setCardToken(command.cardToken()));
      case CAPTURE -> request.setCapture(Capture.getDefaultInstance());
      case VOID -> request.setVoidAuthorization(VoidAuthorization.getDefaultInstance());
      case REFUND -> request.setRefund(Refund.getDefaultInstance());
      case RESERVE, CONFIRM, RELEASE, PAY_BACK, TAKE_BACK ->
          throw new IllegalArgumentException(command.command() + " (expected: a payment command)");
    }
    return request.build();
  }

  /** The kind of command, for spans. */
  static String name(PaymentCommand command) {
    return switch (command.command()) {
      case AUTHORIZE -> "Authorize";
      case CAPTURE -> "Capture";
      case VOID -> "VoidAuthorization";
      case REFUND -> "Refund";
      case RESERVE, CONFIRM, RELEASE, PAY_BACK, TAKE_BACK -> command.command().name();
    };
  }

  /** The kind of answer, for spans. */
  static String name(ProcessResponse answer) {
    return switch (answer.getEventCase()) {
      case AUTHORIZED -> "Authorized";
      case DECLINED -> "Declined";
      case CAPTURED -> "Captured";
      case AUTHORIZATION_VOIDED -> "AuthorizationVoided";
      case REFUNDED -> "Refunded";
      case REJECTED -> "Rejected";
      case EVENT_NOT_SET -> "unknown";
    };
  }

  /** What the answer means to the order; empty when it is no answer to this command. */
  static Optional<SagaEvent> event(SagaCommand command, ProcessResponse response) {
    SagaEvent event =
        switch (response.getEventCase()) {
          case AUTHORIZED -> SagaEvent.AUTHORIZED;
          case CAPTURED -> SagaEvent.CAPTURED;
          case DECLINED ->
              command == SagaCommand.AUTHORIZE
                  ? SagaEvent.CARD_DECLINED
                  : SagaEvent.CAPTURE_DECLINED;
          case AUTHORIZATION_VOIDED -> SagaEvent.VOIDED;
          case REFUNDED -> SagaEvent.REFUNDED;
          case REJECTED, EVENT_NOT_SET -> null;
        };
    return Optional.ofNullable(event);
  }

  /** For the log and for the person who looks at a parked command. */
  static String describe(ProcessResponse response) {
    return response.hasRejected()
        ? response.getRejected().getReason() + ": " + response.getRejected().getDetail()
        : response.getEventCase().name();
  }
}
