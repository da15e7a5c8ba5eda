package io.grpcplatform.composition.endings;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.error.GrpcAdvice;
import io.grpcplatform.error.GrpcExceptionHandler;
import io.grpcplatform.error.PlatformException;
import io.grpcplatform.test.v1.EndingRequest;
import io.grpcplatform.test.v1.EndingResponse;
import io.grpcplatform.test.v1.EndingServiceGrpc;
import io.grpcplatform.test.v1.ShopError;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A handler that ends a call the way the request says. */
final class Script extends EndingServiceGrpc.EndingServiceImplBase {

  /** What no caller may ever read. */
  static final String SECRET = "jdbc:h2:password=hunter2";

  /** More than {@link #SMALL}, and less than any default. */
  static final ByteString BIG = ByteString.copyFrom(new byte[5000]);

  /** A limit for messages. */
  static final int SMALL = 1050;

  /** The calls that arrived, with what answers them. */
  private final BlockingQueue<StreamObserver<EndingResponse>> arrived = new LinkedBlockingQueue<>();

  private final CountDownLatch holding = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger attempts = new AtomicInteger();

  /** A bean of the application's that knows two exceptions. */
  @GrpcAdvice
  static final class Advice {

    @GrpcExceptionHandler
    Status taken(ArithmeticException thrown) {
      return Status.ALREADY_EXISTS.withDescription("taken");
    }

    @GrpcExceptionHandler
    Status fails(ArrayStoreException thrown) {
      throw new IllegalArgumentException(SECRET);
    }
  }

  /** Waits until a handler has got its request; returns what answers it. */
  StreamObserver<EndingResponse> arrived() throws InterruptedException {
    StreamObserver<EndingResponse> answer = arrived.poll(10, TimeUnit.SECONDS);
    assertThat(answer).as("the call arrives at its handler").isNotNull();
    return answer;
  }

  /** Waits until the call that holds is being held. */
  void awaitHolding() throws InterruptedException {
    assertThat(holding.await(10, TimeUnit.SECONDS)).as("a call is held").isTrue();
  }

  void release() {
    released.countDown();
  }

  @Override
  public void hold(EndingRequest request, StreamObserver<EndingResponse> response) {
    holding.countDown();
    try {
      assertThat(released.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    response.onNext(EndingResponse.getDefaultInstance());
    response.onCompleted();
  }

  @Override
  public void unary(EndingRequest request, StreamObserver<EndingResponse> response) {
    act(request.getAct(), response);
  }

  @Override
  public void serverStream(EndingRequest request, StreamObserver<EndingResponse> response) {
    act(request.getAct(), response);
  }

  @Override
  public StreamObserver<EndingRequest> clientStream(StreamObserver<EndingResponse> response) {
    return bidi(response);
  }

  @Override
  public StreamObserver<EndingRequest> bidi(StreamObserver<EndingResponse> response) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EndingRequest request) {
        act(request.getAct(), response);
      }

      @Override
      public void onError(Throwable cancelled) {}

      @Override
      public void onCompleted() {}
    };
  }

  private void act(String act, StreamObserver<EndingResponse> response) {
    arrived.add(response);
    switch (act) {
      case "throw" -> throw new IllegalStateException(SECRET);
      case "throw-status" ->
          Script.<RuntimeException>undeclared(
              Status.FAILED_PRECONDITION.withDescription("not yet").asException());
      case "throw-declared" ->
          throw PlatformException.of(ShopError.SHOP_ERROR_SOLD_OUT).with("sku", 7);
      case "throw-advised" -> throw new ArithmeticException(SECRET);
      case "throw-ill-advised" -> throw new ArrayStoreException(SECRET);
      case "on-error" -> response.onError(Status.NOT_FOUND.withDescription("none").asException());
      case "on-error-plain" -> response.onError(new IllegalStateException(SECRET));
      default -> answer(act, response);
    }
  }

  private void answer(String act, StreamObserver<EndingResponse> response) {
    switch (act) {
      case "silence" -> {}
      case "say-one" -> say(response);
      case "fail-half-way" -> {
        say(response);
        response.onError(Status.ABORTED.withDescription("half").asException());
      }
      case "no-answer" -> response.onCompleted();
      case "two-answers" -> {
        say(response);
        say(response);
        response.onCompleted();
      }
      case "big" -> {
        response.onNext(EndingResponse.newBuilder().setPadding(BIG).build());
        response.onCompleted();
      }
      case "too-late" -> {
        say(response);
        response.onCompleted();
        say(response);
      }
      case "unavailable" -> response.onError(Status.UNAVAILABLE.asException());
      case "unavailable-once" -> recover(response);
      default -> {
        say(response);
        response.onCompleted();
      }
    }
  }

  private void recover(StreamObserver<EndingResponse> response) {
    if (attempts.getAndIncrement() == 0) {
      response.onError(Status.UNAVAILABLE.asException());
    } else {
      answer("hello", response);
    }
  }

  private static void say(StreamObserver<EndingResponse> response) {
    response.onNext(EndingResponse.getDefaultInstance());
  }

  /** A checked exception, as a handler in Kotlin throws it. */
  @SuppressWarnings("unchecked") // the compiler is to be told nothing
  private static <X extends Throwable> void undeclared(Throwable checked) throws X {
    throw (X) checked;
  }
}
