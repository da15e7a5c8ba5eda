package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import io.grpcplatform.v1.Close;
import io.grpcplatform.v1.Open;
import io.grpcplatform.v1.Opened;
import io.grpcplatform.v1.Position;
import io.grpcplatform.v1.SessionFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One stream of a session, with nothing but what protoc and gRPC generate. */
final class SpokenByHand implements ClientResponseObserver<NumberedRequest, NumberedResponse> {

  private final BlockingQueue<NumberedResponse> came = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private ClientCallStreamObserver<NumberedRequest> requests;

  static SpokenByHand open(ManagedChannel channel, SessionFrame.Builder frame) {
    SpokenByHand stream = new SpokenByHand();
    var unused = NumberedServiceGrpc.newStub(channel).process(stream);
    stream.say(frame);
    return stream;
  }

  /** A client that has never heard of sessions. */
  static SpokenByHand plain(ManagedChannel channel, String... texts) {
    SpokenByHand stream = new SpokenByHand();
    var unused = NumberedServiceGrpc.newStub(channel).process(stream);
    for (String text : texts) {
      stream.requests.onNext(NumberedRequest.newBuilder().setText(text).setAnswers(1).build());
    }
    stream.requests.onCompleted();
    return stream;
  }

  /** What a client says first on each stream. */
  static Open.Builder opening(String session, long nextMessage, long stream) {
    return Open.newBuilder().setSessionId(session).setNextMessage(nextMessage).setStream(stream);
  }

  static Position at(long message, long answer) {
    return Position.newBuilder().setMessage(message).setAnswer(answer).build();
  }

  void say(SessionFrame.Builder frame) {
    requests.onNext(NumberedRequest.newBuilder().setSession(frame).build());
  }

  void send(long number, String text, int answers) {
    requests.onNext(
        NumberedRequest.newBuilder()
            .setText(text)
            .setAnswers(answers)
            .setSession(SessionFrame.newBuilder().setPosition(at(number, 0)))
            .build());
  }

  void acknowledge(Position answer) {
    say(SessionFrame.newBuilder().setAcknowledged(answer));
  }

  void close() {
    say(SessionFrame.newBuilder().setClose(Close.getDefaultInstance()));
    requests.onCompleted();
  }

  void cut() {
    requests.cancel("cut", null);
  }

  private NumberedResponse next() throws InterruptedException {
    NumberedResponse response = came.poll(20, TimeUnit.SECONDS);
    assertThat(response).as("comes in time").isNotNull();
    return response;
  }

  Opened opened() throws InterruptedException {
    SessionFrame frame = next().getSession();
    assertThat(frame.getControlCase()).isEqualTo(SessionFrame.ControlCase.OPENED);
    return frame.getOpened();
  }

  /** The next answer, whatever else comes before it. */
  String answer() throws InterruptedException {
    NumberedResponse response = next();
    while (!response.getSession().hasPosition()) {
      response = next();
    }
    Position position = response.getSession().getPosition();
    return position.getMessage() + "." + position.getAnswer() + " " + response.getText();
  }

  /** Waits until the server says that it has handled everything up to and including a message. */
  void awaitAcknowledged(long message) throws InterruptedException {
    SessionFrame frame = next().getSession();
    while (!frame.getAcknowledged().equals(at(message, 0))) {
      frame = next().getSession();
    }
  }

  void awaitMove() throws InterruptedException {
    while (!next().getSession().hasMove()) {
      // Acknowledgements and the like.
    }
  }

  void awaitClose() throws Exception {
    SessionFrame frame = next().getSession();
    while (!frame.hasClose()) {
      frame = next().getSession();
    }
    assertThat(ended().getCode()).isEqualTo(Status.Code.OK);
  }

  List<String> texts(int count) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    while (texts.size() < count) {
      texts.add(next().getText());
    }
    return texts;
  }

  Status ended() throws Exception {
    return ended.get(20, TimeUnit.SECONDS);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<NumberedRequest> requestStream) {
    requests = requestStream;
  }

  @Override
  public void onNext(NumberedResponse response) {
    came.add(response);
  }

  @Override
  public void onError(Throwable failed) {
    ended.complete(Status.fromThrowable(failed));
  }

  @Override
  public void onCompleted() {
    ended.complete(Status.OK);
  }
}
