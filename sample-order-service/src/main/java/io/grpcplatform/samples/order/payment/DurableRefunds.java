package io.grpcplatform.samples.order.payment;

import com.google.longrunning.Operation;
import io.grpc.Status;
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
 *
 * <p>A refund that was accepted is not taken back: where somebody has cancelled its operation,
 * which may or may not have kept payment from paying, the next call is submitted under the same
 * command id.
 */
@Component
final class DurableRefunds implements Refunds {
  private final DurableCalls calls;

  DurableRefunds(DurableCalls calls) {
    this.calls = calls;
  }

  @Override
  public String submit(Order order) {
    String id = order.id() + ":" + SagaCommand.PAY_BACK;
    RefundPaymentRequest request =
        RefundPaymentRequest.newBuilder().setCommandId(id).setPaymentId(order.id()).build();
    Operation call = submit(request, id);
    // Each cancelled one is remembered under its key, so all processes come to the same next one.
    for (int again = 2; wasCancelled(call); again++) {
      call = submit(request, id + ":" + again);
    }
    return call.getName();
  }

  private Operation submit(RefundPaymentRequest request, String key) {
    return calls.submit(
        PaymentServiceGrpc.getRefundPaymentMethod(),
        request,
        SubmitOptions.NONE.withKey(key).withChannel("payment"));
  }

  private static boolean wasCancelled(Operation call) {
    return call.hasError() && call.getError().getCode() == Status.Code.CANCELLED.value();
  }
}
