package io.grpcplatform.deadline;

import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client's side of one bidirectional stream, which a test leads step by step. */
final class Conversation implements StreamObserver<EchoResponse> {

  private final Semaphore answers = new Semaphore(0);
  private final CompletableFuture<StatusRuntimeException> failed = new CompletableFuture<>();
  private final StreamObserver<EchoRequest> requests;

  Conversation(Channel channel) {
    requests = EchoServiceGrpc.newStub(channel).bidi(this);
  }

  /** A conversation opened in a Context. */
  static Conversation in(Context context, Channel channel) throws Exception {
    return context.call(() -> new Conversation(channel));
  }

  /** Says something; a handler that echoes answers. */
  void say(String text) {
    requests.onNext(EchoRequest.newBuilder().setText(text).build());
  }

  /** Says something and waits for the echo. */
  void exchange(String text) throws InterruptedException {
    say(text);
    if (!answers.tryAcquire(10, TimeUnit.SECONDS)) {
      throw new AssertionError("no answer to " + text + " within 10 s");
    }
  }

  boolean live() {
    return !failed.isDone();
  }

  Status status() throws Exception {
    return failed.get(10, TimeUnit.SECONDS).getStatus();
  }

  Refusal.@Nullable Reason reason() throws Exception {
    return Refusal.reasonOf(failed.get(10, TimeUnit.SECONDS).getTrailers());
  }

  void cancel() {
    requests.onError(Status.CANCELLED.withDescription("the test is over").asException());
  }

  @Override
  public void onNext(EchoResponse answer) {
    answers.release();
  }

  @Override
  public void onError(Throwable thrown) {
    failed.complete((StatusRuntimeException) thrown);
  }

  @Override
  public void onCompleted() {
    failed.completeExceptionally(new AssertionError("the server completed the stream"));
  }
}
