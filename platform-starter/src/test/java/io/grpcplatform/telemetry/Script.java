package io.grpcplatform.telemetry;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A handler that ends a call the way the request's text says. */
final class Script extends EchoServiceGrpc.EchoServiceImplBase {

  /** What no caller may ever read. */
  static final String SECRET = "jdbc:h2:password=hunter2";

  /** The calls that arrived, with what answers them. */
  final BlockingQueue<StreamObserver<EchoResponse>> arrived = new LinkedBlockingQueue<>();

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
    act(request.getText(), response);
  }

  @Override
  public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoRequest request) {
        act(request.getText(), response);
      }

      @Override
      public void onError(Throwable cancelled) {}

      @Override
      public void onCompleted() {}
    };
  }

  @Override
  public void serverStream(EchoRequest request, StreamObserver<EchoResponse> response) {
    response.onNext(EchoResponse.getDefaultInstance());
    response.onCompleted();
  }

  private void act(String text, StreamObserver<EchoResponse> response) {
    arrived.add(response);
    switch (text) {
      case "throw" -> throw new IllegalStateException(SECRET);
      case "throw-status" ->
          throw Status.FAILED_PRECONDITION.withDescription("not yet").asRuntimeException();
      case "on-error" -> response.onError(Status.NOT_FOUND.withDescription("none").asException());
      case "on-error-plain" -> response.onError(new IllegalStateException(SECRET));
      case "silence" -> {}
      default -> {
        response.onNext(EchoResponse.newBuilder().setText(text).build());
        response.onCompleted();
      }
    }
  }
}
