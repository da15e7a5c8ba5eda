package io.grpcplatform.samples.order;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.money.v1.Money;
import io.grpcplatform.samples.payment.v1.Authorized;
import io.grpcplatform.samples.payment.v1.Captured;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.ProcessRequest;
import io.grpcplatform.samples.payment.v1.ProcessResponse;
import io.grpcplatform.samples.payment.v1.RefundPaymentRequest;
import io.grpcplatform.samples.payment.v1.RefundPaymentResponse;
import io.grpcplatform.stream.SessionAnswers;
import io.grpcplatform.stream.Sessions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A payment service on loopback that agrees to everything, but for the refunds it is told not to.
 */
final class RefundingPayments extends PaymentServiceGrpc.PaymentServiceImplBase
    implements ServerInterceptor, AutoCloseable {
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("x-platform-idempotency-key", Metadata.ASCII_STRING_MARSHALLER);

  private final List<String> refunds = new CopyOnWriteArrayList<>();
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private final TestSessions sessions = new TestSessions();
  private final Sessions.Served<ProcessRequest, ProcessResponse> commands;
  private final Server server;
  private Status refusal = Status.OK;
  private int toRefuse;

  RefundingPayments() throws IOException {
    commands = sessions.serving().serve(PaymentServiceGrpc.getProcessMethod(), this::agree);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(ServerInterceptors.intercept(this, this))
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  /** How often the order's money went back. */
  long refunds(String orderId) {
    return refunds.stream().filter(orderId::equals).count();
  }

  /** The keys in their metadata. */
  List<String> keys() {
    return keys;
  }

  synchronized void refuseNext(Status with, int calls) {
    refusal = with;
    toRefuse = calls;
  }

  private synchronized boolean refuses() {
    return toRefuse-- > 0;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String key = headers.get(KEY);
    if (key != null) {
      keys.add(key);
    }
    return next.startCall(call, headers);
  }

  @Override
  public StreamObserver<ProcessRequest> process(StreamObserver<ProcessResponse> answers) {
    return commands.stream(answers);
  }

  private CompletionStage<Void> agree(
      ProcessRequest request, SessionAnswers<ProcessResponse> answers) {
    var answer =
        ProcessResponse.newBuilder()
            .setCommandId(request.getCommandId())
            .setPaymentId(request.getPaymentId());
    if (request.hasAuthorize()) {
      answers.send(answer.setAuthorized(Authorized.getDefaultInstance()).build());
    } else {
      answers.send(answer.setCaptured(Captured.getDefaultInstance()).build());
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void refundPayment(
      RefundPaymentRequest request, StreamObserver<RefundPaymentResponse> caller) {
    if (refuses()) {
      caller.onError(refusal.asRuntimeException());
      return;
    }
    refunds.add(request.getPaymentId());
    caller.onNext(
        RefundPaymentResponse.newBuilder()
            .setAmount(Money.newBuilder().setMinorUnits(995).setCurrency("EUR"))
            .build());
    caller.onCompleted();
  }

  @Override
  public void close() {
    server.shutdownNow();
    sessions.close();
  }
}
