package io.grpcplatform.server;

import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.StockServiceGrpc;

/** A second service; it answers with the name of the thread it runs on. */
class ThreadStock extends StockServiceGrpc.StockServiceImplBase {

  static final String NAME = StockServiceGrpc.SERVICE_NAME;

  @Override
  public void look(EchoRequest request, StreamObserver<EchoResponse> responses) {
    responses.onNext(EchoResponse.newBuilder().setText(Thread.currentThread().getName()).build());
    responses.onCompleted();
  }

  @Override
  public void take(EchoRequest request, StreamObserver<EchoResponse> responses) {
    look(request, responses);
  }
}
