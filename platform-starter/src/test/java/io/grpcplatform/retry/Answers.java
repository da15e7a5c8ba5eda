package io.grpcplatform.retry;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;

/** Answers that several tests let a backend give. */
final class Answers {

  static final EchoRequest REQUEST = EchoRequest.newBuilder().setText("hello").build();

  private Answers() {}

  /** Fails every attempt. */
  static Stock.Answer failing(Status status) {
    return (request, response) -> response.onError(status.asException());
  }

  /** Fails so many attempts of each call as a backend that is coming back does. */
  static Stock.Answer failingFirst(int failures) {
    return (request, response) -> {
      if (Stock.PREVIOUS.get() < failures) {
        response.onError(Status.UNAVAILABLE.withDescription("not yet").asException());
      } else {
        echo(request, response);
      }
    };
  }

  static void echo(EchoRequest request, StreamObserver<EchoResponse> response) {
    response.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
    response.onCompleted();
  }
}
