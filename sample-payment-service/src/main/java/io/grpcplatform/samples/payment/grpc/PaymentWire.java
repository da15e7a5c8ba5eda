package io.grpcplatform.samples.payment.grpc;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpcplatform.samples.money.v1.Money;
import io.grpcplatform.samples.payment.Answer;
import io.grpcplatform.samples.payment.Payment;
import io.grpcplatform.samples.payment.PaymentCommand;
import io.grpcplatform.samples.payment.PaymentEvent;
import io.grpcplatform.samples.payment.v1.AuthorizationVoided;
import io.grpcplatform.samples.payment.v1.Authorized;
import io.grpcplatform.samples.payment.v1.Captured;
import io.grpcplatform.samples.payment.v1.DeclineReason;
import io.grpcplatform.samples.payment.v1.Declined;
import io.grpcplatform.samples.payment.v1.PaymentStatus;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.samples.payment.v1.RefundPaymentRequest;
import io.grpcplatform.samples.payment.v1.RefundPaymentResponse;
import io.grpcplatform.samples.payment.v1.Refunded;
import io.grpcplatform.samples.payment.v1.RejectReason;
import io.grpcplatform.samples.payment.v1.Rejected;
import java.time.Instant;

/** The domain's words and the contract's, one to one. */
final class PaymentWire {
  private PaymentWire() {}

  /** Throws {@link IllegalArgumentException} saying what was seen and what was expected. */
  static PaymentCommand command(ProcessRequest request) {
    PaymentCommand.Action action =
        switch (request.getCommandCase()) {
          case AUTHORIZE ->
              new PaymentCommand.Authorize(
                  money(request.getAuthorize().getAmount()), request.getAuthorize().getCardToken());
          case CAPTURE -> new PaymentCommand.Capture();
          case VOID_AUTHORIZATION -> new PaymentCommand.VoidAuthorization();
          case REFUND -> new PaymentCommand.Refund();
          case COMMAND_NOT_SET ->
              throw new IllegalArgumentException(
                  "command: none that this version knows (expected: authorize, capture,"
                      + " void_authorization or refund)");
        };
    return new PaymentCommand(request.getCommandId(), request.getPaymentId(), action);
  }

  /** Throws {@link IllegalArgumentException} saying what was seen and what was expected. */
  static PaymentCommand command(RefundPaymentRequest request) {
    return new PaymentCommand(
        request.getCommandId(), request.getPaymentId(), new PaymentCommand.Refund());
  }

  static RefundPaymentResponse response(Answer answer, PaymentEvent.Refunded refunded) {
    return RefundPaymentResponse.newBuilder()
        .setAmount(money(refunded.amount()))
        .setDecidedAt(timestamp(answer.decidedAt()))
        .build();
  }

  /** How a call ends whose command led to this. */
  static Status refused(PaymentEvent event) {
    if (!(event instanceof PaymentEvent.Rejected rejected)) {
      return Status.INTERNAL.withDescription("a refund that led to " + event);
    }
    Status status =
        switch (rejected.reason()) {
          case MALFORMED -> Status.INVALID_ARGUMENT;
          case KEY_REUSED -> Status.ALREADY_EXISTS;
          case UNKNOWN_PAYMENT -> Status.NOT_FOUND;
          case WRONG_STATE -> Status.FAILED_PRECONDITION;
        };
    return status.withDescription(rejected.detail());
  }

  /** The kind of command, for spans. */
  static String name(ProcessRequest request) {
    return switch (request.getCommandCase()) {
      case AUTHORIZE -> "Authorize";
      case CAPTURE -> "Capture";
      case VOID_AUTHORIZATION -> "VoidAuthorization";
      case REFUND -> "Refund";
      case COMMAND_NOT_SET -> "unknown";
    };
  }

  static ProcessResponse response(Answer answer) {
    ProcessResponse.Builder response =
        ProcessResponse.newBuilder()
            .setCommandId(answer.commandId())
            .setPaymentId(answer.paymentId())
            .setDecidedAt(timestamp(answer.decidedAt()));
    PaymentEvent event = answer.event();
    if (event instanceof PaymentEvent.Authorized it) {
      response.setAuthorized(Authorized.newBuilder().setAmount(money(it.amount())));
    } else if (event instanceof PaymentEvent.Declined it) {
      response.setDeclined(Declined.newBuilder().setReason(reason(it.reason())));
    } else if (event instanceof PaymentEvent.Captured it) {
      response.setCaptured(Captured.newBuilder().setAmount(money(it.amount())));
    } else if (event instanceof PaymentEvent.AuthorizationVoided) {
      response.setAuthorizationVoided(AuthorizationVoided.getDefaultInstance());
    } else if (event instanceof PaymentEvent.Refunded it) {
      response.setRefunded(Refunded.newBuilder().setAmount(money(it.amount())));
    } else if (event instanceof PaymentEvent.Rejected it) {
      response.setRejected(
          Rejected.newBuilder().setReason(reason(it.reason())).setDetail(it.detail()));
    }
    return response.build();
  }

  static io.grpcplatform.samples.payment.v1.Payment payment(Payment payment) {
    return io.grpcplatform.samples.payment.v1.Payment.newBuilder()
        .setPaymentId(payment.id())
        .setStatus(status(payment.state()))
        .setAmount(money(payment.amount()))
        .setUpdatedAt(timestamp(payment.updatedAt()))
        .build();
  }

  private static PaymentStatus status(Payment.State state) {
    return switch (state) {
      case AUTHORIZED -> PaymentStatus.PAYMENT_STATUS_AUTHORIZED;
      case DECLINED -> PaymentStatus.PAYMENT_STATUS_DECLINED;
      case CAPTURED -> PaymentStatus.PAYMENT_STATUS_CAPTURED;
      case VOIDED -> PaymentStatus.PAYMENT_STATUS_VOIDED;
      case REFUNDED -> PaymentStatus.PAYMENT_STATUS_REFUNDED;
    };
  }

  private static DeclineReason reason(PaymentEvent.DeclineReason reason) {
    return switch (reason) {
      case CARD_DECLINED -> DeclineReason.DECLINE_REASON_CARD_DECLINED;
      case CAPTURE_DECLINED -> DeclineReason.DECLINE_REASON_CAPTURE_DECLINED;
    };
  }

  private static RejectReason reason(PaymentEvent.RejectReason reason) {
    return switch (reason) {
      case MALFORMED -> RejectReason.REJECT_REASON_MALFORMED;
      case KEY_REUSED -> RejectReason.REJECT_REASON_KEY_REUSED;
      case UNKNOWN_PAYMENT -> RejectReason.REJECT_REASON_UNKNOWN_PAYMENT;
      case WRONG_STATE -> RejectReason.REJECT_REASON_WRONG_STATE;
    };
  }

  private static io.grpcplatform.samples.payment.Money money(Money money) {
    return new io.grpcplatform.samples.payment.Money(money.getMinorUnits(), money.getCurrency());
  }

  private static Money money(io.grpcplatform.samples.payment.Money money) {
    return Money.newBuilder()
        .setMinorUnits(money.minorUnits())
        .setCurrency(money.currency())
        .build();
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
