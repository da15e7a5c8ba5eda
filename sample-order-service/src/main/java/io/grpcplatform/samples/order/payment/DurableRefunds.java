package io.grpcplatform.samples.order.payment;

import io.grpcplatform.async.DurableCalls;
import io.grpcplatform.async.SubmitOptions;
import io.grpcplatform.samples.order.Order;
import io.grpcplatform.samples.order.Refunds;
import io.grpcplatform.samples.order.SagaCommand;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.RefundPaymentRequest;
import org.springframework.stereotype.Component;

/**
 * Refunds as durable calls of the payment service: over the channel {@code payment}, or with the
 * carrier that {@code platform.async.carrier} names. The order's id makes the key of the call and
 * the id of the command, so that neither a second wish nor a second attempt pays twice.
 */
@Component
final class DurableRefunds implements Refunds {
  private final DurableCalls calls;

  DurableRefunds(DurableCalls calls) {
    this.calls = calls;
  }

  @Override
  public String submit(Order order) {
    String key = order.id() + ":" + SagaCommand.PAY_BACK;
    RefundPaymentRequest request =
        RefundPaymentRequest.newBuilder().setCommandId(key).setPaymentId(order.id()).build();
    return calls
        .submit(
            PaymentServiceGrpc.getRefundPaymentMethod(),
            request,
            SubmitOptions.NONE.withKey(key).withChannel("payment"))
        .getName();
  }
}
