package io.grpcplatform.lifecycle;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A bidirectional stream of a client without the starter, and how it ended. */
final class StreamProbe implements StreamObserver<EchoResponse> {

  private final StreamObserver<EchoRequest> requests;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();

  /** How a stream ended on the wire. */
  record End(Status.Code code, Refusal.@Nullable Reason reason) {}

  private StreamProbe(Channel channel) {
    requests = EchoServiceGrpc.newStub(channel).bidi(this);
  }

  /** Opens a stream. */
  static StreamProbe open(Channel channel) {
    return new StreamProbe(channel);
  }

  /** Sends {@code text} and waits for its echo. */
  StreamProbe exchange(String text) throws InterruptedException {
    requests.onNext(EchoRequest.newBuilder().setText(text).build());
    String answer = answers.poll(10, TimeUnit.SECONDS);
    if (!text.equals(answer)) {
      throw new AssertionError("Answered " + answer + " (expected: " + text + "), end " + end);
    }
    return this;
  }

  boolean ended() {
    return end.isDone();
  }

  End end() throws Exception {
    return end.get(10, TimeUnit.SECONDS);
  }

  @Override
  public void onNext(EchoResponse response) {
    answers.add(response.getText());
  }

  @Override
  public void onError(Throwable failed) {
    end.complete(endOf(failed));
  }

  static End endOf(Throwable failed) {
    var trailers = Status.trailersFromThrowable(failed);
    return new End(
        Status.fromThrowable(failed).getCode(),
        trailers == null ? null : Refusal.reasonOf(trailers));
  }

  @Override
  public void onCompleted() {
    end.complete(new End(Status.Code.OK, null));
  }
}
