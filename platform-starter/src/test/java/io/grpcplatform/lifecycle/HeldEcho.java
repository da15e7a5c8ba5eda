package io.grpcplatform.lifecycle;

import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Echoes; a unary call that says {@code hold} is answered only when the test releases it. */
final class HeldEcho extends EchoServiceGrpc.EchoServiceImplBase {

  static final String HOLD = "hold";

  final AtomicLong answered = new AtomicLong();
  final CountDownLatch held = new CountDownLatch(1);
  final CountDownLatch release = new CountDownLatch(1);

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
    if (request.getText().equals(HOLD)) {
      held.countDown();
      try {
        release.await();
      } catch (InterruptedException cut) {
        Thread.currentThread().interrupt();
      }
    }
    answered.incrementAndGet();
    responses.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
    responses.onCompleted();
  }

  @Override
  public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> responses) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoRequest request) {
        responses.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
      }

      @Override
      public void onError(Throwable broken) {}

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }
}
