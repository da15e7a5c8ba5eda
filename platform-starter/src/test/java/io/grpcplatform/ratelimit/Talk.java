package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceStub;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client's side of one stream. */
final class Talk implements ClientResponseObserver<EchoRequest, EchoResponse> {
  final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private ClientCallStreamObserver<EchoRequest> requests;

  static Talk bidi(EchoServiceStub stub) {
    Talk talk = new Talk();
    stub.bidi(talk);
    return talk;
  }

  static Talk clientStream(EchoServiceStub stub) {
    Talk talk = new Talk();
    stub.clientStream(talk);
    return talk;
  }

  static EchoRequest words(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<EchoRequest> stream) {
    requests = stream;
  }

  Talk say(String... texts) {
    for (String text : texts) {
      requests.onNext(words(text));
    }
    return this;
  }

  void complete() {
    requests.onCompleted();
  }

  void cancel() {
    requests.cancel("enough", null);
  }

  void hears(String expected) throws InterruptedException {
    assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo(expected);
  }

  Status status() throws Exception {
    return ended.get(10, TimeUnit.SECONDS);
  }

  @Override
  public void onNext(EchoResponse answer) {
    answers.add(answer.getText());
  }

  @Override
  public void onError(Throwable thrown) {
    ended.complete(Status.fromThrowable(thrown));
  }

  @Override
  public void onCompleted() {
    ended.complete(Status.OK);
  }
}
