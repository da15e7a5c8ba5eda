package io.grpcplatform.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.BookResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a caller hears of a stream, and what it can read in a failure. */
final class Answers implements StreamObserver<BookResponse> {

  private final LinkedBlockingQueue<BookResponse> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<StatusRuntimeException> failed = new CompletableFuture<>();

  @Override
  public void onNext(BookResponse answer) {
    messages.add(answer);
  }

  @Override
  public void onError(Throwable failure) {
    failed.complete((StatusRuntimeException) failure);
  }

  @Override
  public void onCompleted() {
    failed.complete(Status.OK.asRuntimeException());
  }

  BookResponse next() throws InterruptedException {
    BookResponse next = messages.poll(10, TimeUnit.SECONDS);
    assertThat(next).as("an answer").isNotNull();
    return next;
  }

  StatusRuntimeException failure() throws Exception {
    return failed.get(10, TimeUnit.SECONDS);
  }

  /** The violations in the details of a failure, each as {@code field [rule] message}. */
  static List<String> violations(StatusRuntimeException failure) throws Exception {
    return badRequest(failure).getFieldViolationsList().stream()
        .map(
            violation ->
                violation.getField()
                    + " ["
                    + violation.getReason()
                    + "] "
                    + violation.getDescription())
        .toList();
  }

  static BadRequest badRequest(StatusRuntimeException failure) throws Exception {
    com.google.rpc.Status details = StatusProto.fromThrowable(failure);
    assertThat(details).as("the details of %s", failure.getStatus()).isNotNull();
    assertThat(details.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
    return details.getDetails(0).unpack(BadRequest.class);
  }
}
