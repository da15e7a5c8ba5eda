package io.grpcplatform.validation;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.BookRequest;
import io.grpcplatform.test.v1.BookResponse;
import io.grpcplatform.test.v1.BookingServiceGrpc.BookingServiceImplBase;
import io.grpcplatform.test.v1.CancelRequest;
import io.grpcplatform.test.v1.CancelResponse;
import io.grpcplatform.test.v1.SplitRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A handler that notes every request which reached it, and answers each message of a stream. */
final class Bookings extends BookingServiceImplBase {

  final List<BookRequest> reached = new CopyOnWriteArrayList<>();
  final CountDownLatch cancelled = new CountDownLatch(1);

  @Override
  public void book(BookRequest request, StreamObserver<BookResponse> answers) {
    reached.add(request);
    answers.onNext(booked());
    answers.onCompleted();
  }

  @Override
  public void watch(BookRequest request, StreamObserver<BookResponse> answers) {
    book(request, answers);
  }

  @Override
  public StreamObserver<BookRequest> bookAll(StreamObserver<BookResponse> answers) {
    return noting(answers, false);
  }

  @Override
  public StreamObserver<BookRequest> talk(StreamObserver<BookResponse> answers) {
    return noting(answers, true);
  }

  @Override
  public void cancel(CancelRequest request, StreamObserver<CancelResponse> answers) {
    answers.onNext(CancelResponse.getDefaultInstance());
    answers.onCompleted();
  }

  @Override
  public void split(SplitRequest request, StreamObserver<BookResponse> answers) {
    answers.onNext(booked());
    answers.onCompleted();
  }

  private BookResponse booked() {
    return BookResponse.newBuilder().setBooked(reached.size()).build();
  }

  private StreamObserver<BookRequest> noting(StreamObserver<BookResponse> answers, boolean each) {
    ((ServerCallStreamObserver<BookResponse>) answers).setOnCancelHandler(cancelled::countDown);
    return new StreamObserver<>() {
      @Override
      public void onNext(BookRequest request) {
        reached.add(request);
        if (each) {
          answers.onNext(booked());
        }
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {
        if (!each) {
          answers.onNext(booked());
        }
        answers.onCompleted();
      }
    };
  }
}
