package io.grpcplatform.samples.order.payment;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpcplatform.async.DurableCallListener;
import io.grpcplatform.async.EndedCall;
import io.grpcplatform.samples.order.OrderDesk;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.RefundPaymentRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Takes the order a step further when its refund is done, in the transaction that notes that this
 * was heard. A cancelled one is submitted again, for the order has promised it. A refund that ended
 * with another error is among the dead letters, and its order stays where it is until somebody has
 * revived it.
 *
 * <p>Called on the workers' threads.
 */
@Component
final class EndedRefunds implements DurableCallListener {
  private static final Logger log = LoggerFactory.getLogger(EndedRefunds.class);

  private final OrderDesk desk;

  EndedRefunds(OrderDesk desk) {
    this.desk = desk;
  }

  @Override
  public MethodDescriptor<?, ?> method() {
    return PaymentServiceGrpc.getRefundPaymentMethod();
  }

  @Override
  public void ended(EndedCall call) {
    String orderId = call.request(RefundPaymentRequest.class).getPaymentId();
    if (call.succeeded()) {
      desk.paidBack(orderId);
    } else if (call.status().getCode() == Status.Code.CANCELLED) {
      String next = desk.refund(orderId).operation();
      log.warn("The refund of order {} ({}) was cancelled; {} goes on", orderId, call.name(), next);
    } else {
      log.error(
          "The refund of order {} ({}) ended with {}: {}",
          orderId,
          call.name(),
          call.status().getCode(),
          call.status().getDescription());
    }
  }
}
