package io.grpcplatform.server;

import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;

/** Answers every message with its own text, on all four kinds of method. */
class EchoHandler extends EchoServiceGrpc.EchoServiceImplBase {

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
    responses.onNext(answer(request));
    responses.onCompleted();
  }

  @Override
  public void serverStream(EchoRequest request, StreamObserver<EchoResponse> responses) {
    for (int i = 0; i < request.getRepeat(); i++) {
      responses.onNext(answer(request));
    }
    responses.onCompleted();
  }

  @Override
  public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> responses) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoRequest request) {
        responses.onNext(answer(request));
      }

      @Override
      public void onError(Throwable broken) {}

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }

  static EchoResponse answer(EchoRequest request) {
    return EchoResponse.newBuilder().setText(request.getText()).build();
  }
}
