package io.grpcplatform.circuitbreaker;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A backend that fails as it is told: its status answers every unary call and every stream's first
 * message; with none it echoes. Streams are handed to the test.
 */
final class Backend extends EchoServiceGrpc.EchoServiceImplBase {

  volatile @Nullable Status failing;
  final AtomicInteger calls = new AtomicInteger();
  private final LinkedBlockingQueue<StreamObserver<EchoResponse>> streams =
      new LinkedBlockingQueue<>();

  /** The server's side of the stream that was opened next. */
  StreamObserver<EchoResponse> nextStream() throws InterruptedException {
    StreamObserver<EchoResponse> stream = streams.poll(10, TimeUnit.SECONDS);
    if (stream == null) {
      throw new AssertionError("no stream was opened within 10 s");
    }
    return stream;
  }

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
    calls.incrementAndGet();
    Status status = failing;
    if (status == null) {
      response.onNext(EchoResponse.getDefaultInstance());
      response.onCompleted();
    } else {
      response.onError(status.asException());
    }
  }

  @Override
  public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
    calls.incrementAndGet();
    streams.add(response);
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoRequest request) {
        if (request.getText().equals("quiet")) {
          return;
        }
        Status status = failing;
        if (status == null) {
          response.onNext(EchoResponse.getDefaultInstance());
        } else {
          response.onError(status.asException());
        }
      }

      @Override
      public void onError(Throwable cancelled) {}

      @Override
      public void onCompleted() {
        response.onCompleted();
      }
    };
  }
}
