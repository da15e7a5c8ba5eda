package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import io.grpcplatform.v1.Close;
import io.grpcplatform.v1.Heartbeat;
import io.grpcplatform.v1.Open;
import io.grpcplatform.v1.Opened;
import io.grpcplatform.v1.Position;
import io.grpcplatform.v1.SessionFrame;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One stream of a session whose every frame a test writes. */
final class ScriptedClient {

  private static final int ALL = Integer.MAX_VALUE;

  private final ClientCall<NumberedRequest, NumberedResponse> call;
  private final BlockingQueue<NumberedResponse> came = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> ended = new CompletableFuture<>();
  private final CompletableFuture<Metadata> trailers = new CompletableFuture<>();

  ScriptedClient(Channel channel) {
    this(channel, ALL);
  }

  /** One that reads so many messages at first. */
  ScriptedClient(Channel channel, int reads) {
    call = channel.newCall(NumberedServiceGrpc.getProcessMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(NumberedResponse message) {
            came.add(message);
          }

          @Override
          public void onClose(Status status, Metadata with) {
            trailers.complete(with);
            ended.complete(status);
          }
        },
        new Metadata());
    if (reads > 0) {
      call.request(reads);
    }
  }

  void read(int messages) {
    call.request(messages);
  }

  /** Opens a session or goes on with it, and awaits the answer. */
  Opened open(String id, long next, long stream) throws InterruptedException {
    frame(opening(id, next, stream));
    return opened();
  }

  static SessionFrame.Builder opening(String id, long next, long stream) {
    return SessionFrame.newBuilder()
        .setOpen(Open.newBuilder().setSessionId(id).setNextMessage(next).setStream(stream));
  }

  Opened opened() throws InterruptedException {
    SessionFrame first = next().getSession();
    assertThat(first.hasOpened()).as("the first frame: %s", first).isTrue();
    return first.getOpened();
  }

  void frame(SessionFrame.Builder frame) {
    call.sendMessage(NumberedRequest.newBuilder().setSession(frame).build());
  }

  /** Sends a message that wants so many answers. */
  void send(long number, int answers) {
    send(number, answers, 0);
  }

  void send(long number, int answers, int filler) {
    call.sendMessage(
        NumberedRequest.newBuilder()
            .setText("m" + number)
            .setAnswers(answers)
            .setFiller(ByteString.copyFrom(new byte[filler]))
            .setSession(SessionFrame.newBuilder().setPosition(at(number, 0)))
            .build());
  }

  /** Sends a message as one does who knows nothing of sessions. */
  void plain(String text, int filler, int answers) {
    call.sendMessage(
        NumberedRequest.newBuilder()
            .setText(text)
            .setAnswers(answers)
            .setFiller(ByteString.copyFrom(new byte[filler]))
            .build());
  }

  void acknowledge(long message, long answer) {
    frame(SessionFrame.newBuilder().setAcknowledged(at(message, answer)));
  }

  void heartbeat() {
    frame(SessionFrame.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
  }

  void close() {
    frame(SessionFrame.newBuilder().setClose(Close.getDefaultInstance()));
  }

  void halfClose() {
    call.halfClose();
  }

  void cancel() {
    call.cancel("the connection is cut", null);
  }

  static Position at(long message, long answer) {
    return Position.newBuilder().setMessage(message).setAnswer(answer).build();
  }

  /** The next message, whatever it is. */
  NumberedResponse next() throws InterruptedException {
    NumberedResponse next = came.poll(30, TimeUnit.SECONDS);
    assertThat(next).as("a message came; the stream: %s", ended).isNotNull();
    return next;
  }

  /** The next answer as {@code message/answer text}; frames before it are dropped. */
  String answer() throws InterruptedException {
    NumberedResponse next = next();
    while (!next.getSession().hasPosition()) {
      next = next();
    }
    Position place = next.getSession().getPosition();
    return place.getMessage() + "/" + place.getAnswer() + " " + next.getText();
  }

  /** Reads until the server has acknowledged this message. */
  SessionFrame acknowledged(long message) throws InterruptedException {
    SessionFrame next = next().getSession();
    while (next.getAcknowledged().getMessage() < message) {
      next = next().getSession();
    }
    return next;
  }

  /** What has come and was not looked at. */
  int unread() {
    return came.size();
  }

  Status ended() throws Exception {
    return ended.get(30, TimeUnit.SECONDS);
  }

  Metadata trailers() throws Exception {
    return trailers.get(30, TimeUnit.SECONDS);
  }

  boolean live() {
    return !ended.isDone();
  }
}
