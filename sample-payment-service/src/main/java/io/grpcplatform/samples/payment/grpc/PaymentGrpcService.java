package io.grpcplatform.samples.payment.grpc;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.payment.Answer;
import io.grpcplatform.samples.payment.PaymentCommand;
import io.grpcplatform.samples.payment.PaymentDesk;
import io.grpcplatform.samples.payment.PaymentEvent;
import io.grpcplatform.samples.payment.v1.GetPaymentRequest;
import io.grpcplatform.samples.payment.v1.GetPaymentResponse;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.samples.payment.v1.RefundPaymentRequest;
import io.grpcplatform.samples.payment.v1.RefundPaymentResponse;
import io.grpcplatform.server.GrpcService;
import io.grpcplatform.stream.Sessions;
import io.grpcplatform.telemetry.MessageTraces;

/**
 * {@code samples.payment.v1.PaymentService}. Called on the server's executor; blocks on the
 * database.
 */
@GrpcService
final class PaymentGrpcService extends PaymentServiceGrpc.PaymentServiceImplBase {
  private final PaymentDesk desk;
  private final Sessions.Served<ProcessRequest, ProcessResponse> commands;

  PaymentGrpcService(PaymentDesk desk, Sessions sessions, MessageTraces traces) {
    this.desk = desk;
    this.commands =
        sessions.serve(PaymentServiceGrpc.getProcessMethod(), new CommandStream(desk, traces));
  }

  @Override
  public StreamObserver<ProcessRequest> process(StreamObserver<ProcessResponse> answers) {
    return commands.stream(answers);
  }

  /** The stream's command with a call of its own; the command id makes it happen once. */
  @Override
  public void refundPayment(
      RefundPaymentRequest request, StreamObserver<RefundPaymentResponse> observer) {
    PaymentCommand refund;
    try {
      refund = PaymentWire.command(request);
    } catch (IllegalArgumentException malformed) {
      observer.onError(
          Status.INVALID_ARGUMENT
              .withDescription(String.valueOf(malformed.getMessage()))
              .asRuntimeException());
      return;
    }
    Answer answer = desk.answer(refund);
    if (answer.event() instanceof PaymentEvent.Refunded refunded) {
      observer.onNext(PaymentWire.response(answer, refunded));
      observer.onCompleted();
    } else {
      observer.onError(PaymentWire.refused(answer.event()).asRuntimeException());
    }
  }

  @Override
  public void getPayment(GetPaymentRequest request, StreamObserver<GetPaymentResponse> observer) {
    desk.payment(request.getPaymentId())
        .ifPresentOrElse(
            payment -> {
              observer.onNext(
                  GetPaymentResponse.newBuilder().setPayment(PaymentWire.payment(payment)).build());
              observer.onCompleted();
            },
            () ->
                observer.onError(
                    Status.NOT_FOUND
                        .withDescription("payment_id: nothing known of " + request.getPaymentId())
                        .asRuntimeException()));
  }
}
