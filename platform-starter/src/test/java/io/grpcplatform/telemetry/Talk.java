package io.grpcplatform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A bidirectional stream as a test drives it, message by message. */
final class Talk implements ClientResponseObserver<EchoRequest, EchoResponse> {

  private final BlockingQueue<EchoResponse> answers = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private ClientCallStreamObserver<EchoRequest> requests;

  private Talk() {}

  static Talk open(Channel channel) {
    return open(EchoServiceGrpc.newStub(channel));
  }

  static Talk open(EchoServiceGrpc.EchoServiceStub stub) {
    Talk talk = new Talk();
    stub.bidi(talk);
    return talk;
  }

  void send(String text) {
    requests.onNext(EchoRequest.newBuilder().setText(text).build());
  }

  /** Sends and waits for the echo. */
  Talk say(String text) throws InterruptedException {
    send(text);
    EchoResponse answer = answers.poll(10, TimeUnit.SECONDS);
    assertThat(answer).isEqualTo(EchoResponse.newBuilder().setText(text).build());
    return this;
  }

  /** Ends the sending side and waits for the end. */
  Status hangUp() throws Exception {
    requests.onCompleted();
    return end();
  }

  Status cancel() throws Exception {
    requests.cancel("enough", null);
    return end();
  }

  Status end() throws Exception {
    return end.get(10, TimeUnit.SECONDS);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<EchoRequest> stream) {
    requests = stream;
  }

  @Override
  public void onNext(EchoResponse response) {
    answers.add(response);
  }

  @Override
  public void onError(Throwable failed) {
    end.complete(Status.fromThrowable(failed));
  }

  @Override
  public void onCompleted() {
    end.complete(Status.OK);
  }
}
