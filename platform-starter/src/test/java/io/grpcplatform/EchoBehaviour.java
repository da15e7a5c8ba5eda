package io.grpcplatform;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;

/** A handler that does as the request's text says: echoes, throws, fails, or stays silent. */
public final class EchoBehaviour extends EchoServiceGrpc.EchoServiceImplBase {

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
    act(request, response, true);
  }

  @Override
  public void serverStream(EchoRequest request, StreamObserver<EchoResponse> response) {
    act(request, response, true);
  }

  @Override
  public StreamObserver<EchoRequest> clientStream(StreamObserver<EchoResponse> response) {
    return bidi(response);
  }

  @Override
  public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
    return new StreamObserver<>() {
      private boolean silent;

      @Override
      public void onNext(EchoRequest request) {
        silent = request.getText().equals("silence");
        act(request, response, false);
      }

      @Override
      public void onError(Throwable cancelled) {}

      @Override
      public void onCompleted() {
        if (!silent) {
          response.onCompleted();
        }
      }
    };
  }

  private static void act(
      EchoRequest request, StreamObserver<EchoResponse> response, boolean complete) {
    switch (request.getText()) {
      case "throw" -> throw new IllegalStateException("a handler that fails");
      case "error" -> response.onError(Status.NOT_FOUND.withDescription("no echo").asException());
      case "silence" -> {}
      default -> {
        response.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
        if (complete) {
          response.onCompleted();
        }
      }
    }
  }
}
