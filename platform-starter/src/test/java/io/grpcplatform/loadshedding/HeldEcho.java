package io.grpcplatform.loadshedding;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Echoes; a unary call that says {@code hold} is answered only when the test releases all of them,
 * one that says {@code units} is told what is in flight.
 */
final class HeldEcho extends EchoServiceGrpc.EchoServiceImplBase {

  final CountDownLatch cancelled = new CountDownLatch(1);
  final AtomicInteger handled = new AtomicInteger();
  private final CountDownLatch release = new CountDownLatch(1);
  private final Semaphore held = new Semaphore(0);
  private final Semaphore done = new Semaphore(0);
  volatile LongSupplier units = () -> -1;

  void releaseAll() {
    release.countDown();
  }

  void awaitHeld(int calls) throws InterruptedException {
    await(held, calls);
  }

  void awaitDone(int calls) throws InterruptedException {
    await(done, calls);
  }

  private static void await(Semaphore calls, int count) throws InterruptedException {
    if (!calls.tryAcquire(count, 10, TimeUnit.SECONDS)) {
      throw new AssertionError("fewer than " + count + " calls within 10 s");
    }
  }

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
    handled.incrementAndGet();
    // Else an answer to a caller who has gone would throw.
    ((ServerCallStreamObserver<EchoResponse>) responses).setOnCancelHandler(() -> {});
    boolean hold = request.getText().equals("hold");
    if (hold) {
      Context.current().addListener(context -> cancelled.countDown(), Runnable::run);
      held.release();
      try {
        release.await();
      } catch (InterruptedException cut) {
        Thread.currentThread().interrupt();
      }
    }
    String text =
        request.getText().equals("units") ? Long.toString(units.getAsLong()) : request.getText();
    responses.onNext(EchoResponse.newBuilder().setText(text).build());
    responses.onCompleted();
    if (hold) {
      done.release();
    }
  }

  @Override
  public void serverStream(EchoRequest request, StreamObserver<EchoResponse> responses) {
    // A subscription without news.
  }

  @Override
  public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> responses) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoRequest request) {
        String text =
            request.getText().equals("units")
                ? Long.toString(units.getAsLong())
                : request.getText();
        responses.onNext(EchoResponse.newBuilder().setText(text).build());
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
