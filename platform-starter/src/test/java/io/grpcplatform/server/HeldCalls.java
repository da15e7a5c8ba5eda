package io.grpcplatform.server;

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

/**
 * Echoes; a unary call that says {@code hold} blocks its thread until the test releases one, one
 * that says {@code thread} is told its thread's name, and {@code virtual} whether that is a virtual
 * one.
 */
final class HeldCalls extends EchoServiceGrpc.EchoServiceImplBase {

  static final String HOLD = "hold";
  static final Context.Key<String> SEEN = Context.key("seen");

  final AtomicInteger started = new AtomicInteger();
  final CountDownLatch contextCancelled = new CountDownLatch(1);
  final CountDownLatch streamCancelled = new CountDownLatch(1);
  private final Semaphore held = new Semaphore(0);
  private final Semaphore released = new Semaphore(0);

  void awaitHeld(int calls) throws InterruptedException {
    if (!held.tryAcquire(calls, 10, TimeUnit.SECONDS)) {
      throw new AssertionError("fewer than " + calls + " calls were held within 10 s");
    }
  }

  void release(int calls) {
    released.release(calls);
  }

  @Override
  public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
    started.incrementAndGet();
    // Else an answer to a caller who has gone would throw.
    ((ServerCallStreamObserver<EchoResponse>) responses).setOnCancelHandler(() -> {});
    if (request.getText().equals(HOLD)) {
      Context.current().addListener(gone -> contextCancelled.countDown(), Runnable::run);
      held.release();
      released.acquireUninterruptibly();
    }
    responses.onNext(EchoResponse.newBuilder().setText(answer(request.getText())).build());
    responses.onCompleted();
  }

  private static String answer(String text) {
    return switch (text) {
      case "thread" -> Thread.currentThread().getName();
      case "virtual" ->
          String.valueOf(Thread.currentThread().toString().startsWith("VirtualThread"));
      case "context" -> SEEN.get() + " " + (Context.current().getDeadline() != null);
      default -> text;
    };
  }

  @Override
  public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> responses) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoRequest request) {
        responses.onNext(EchoHandler.answer(request));
      }

      @Override
      public void onError(Throwable broken) {
        streamCancelled.countDown();
      }

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }
}
