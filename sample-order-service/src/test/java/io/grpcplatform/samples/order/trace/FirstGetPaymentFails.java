package io.grpcplatform.samples.order.trace;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.server.GlobalServerInterceptor;
import java.util.concurrent.atomic.AtomicBoolean;

/** Makes the payment service refuse the first GetPayment it hears, for the sake of a retry. */
@GlobalServerInterceptor
public final class FirstGetPaymentFails implements ServerInterceptor {
  private final AtomicBoolean failed = new AtomicBoolean();

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    if (method.equals(PaymentServiceGrpc.getGetPaymentMethod().getFullMethodName())
        && failed.compareAndSet(false, true)) {
      call.close(Status.UNAVAILABLE.withDescription("only the first time"), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(call, headers);
  }
}
