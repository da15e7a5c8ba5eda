package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import io.grpcplatform.v1.Close;
import io.grpcplatform.v1.Heartbeat;
import io.grpcplatform.v1.Move;
import io.grpcplatform.v1.Open;
import io.grpcplatform.v1.Opened;
import io.grpcplatform.v1.Position;
import io.grpcplatform.v1.SessionFrame;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server on loopback that says on each stream exactly what the test lets it say. */
final class ScriptedServer extends NumberedServiceGrpc.NumberedServiceImplBase
    implements AutoCloseable {

  private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();
  private final Server server;

  ScriptedServer() throws IOException {
    this(0);
  }

  ScriptedServer(int port) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .addService(this)
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  @Override
  public StreamObserver<NumberedRequest> process(StreamObserver<NumberedResponse> answers) {
    Stream stream = new Stream(answers);
    streams.add(stream);
    return stream;
  }

  /** The next stream that a client opens, whatever it says on it. */
  Stream accept() throws InterruptedException {
    Stream next = streams.poll(20, TimeUnit.SECONDS);
    assertThat(next).as("another stream").isNotNull();
    return next;
  }

  /** How many streams were opened that the test has not accepted. */
  int waiting() {
    return streams.size();
  }

  /** No new calls on the connections that are open, and no new connections. */
  void goAway() {
    server.shutdown();
  }

  @Override
  public void close() throws InterruptedException {
    server.shutdownNow();
    assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  /** One stream, from the server's side. */
  static final class Stream implements StreamObserver<NumberedRequest> {

    private final StreamObserver<NumberedResponse> answers;
    private final BlockingQueue<NumberedRequest> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<@Nullable Throwable> over = new CompletableFuture<>();

    Stream(StreamObserver<NumberedResponse> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(NumberedRequest request) {
      received.add(request);
    }

    @Override
    public void onError(Throwable gone) {
      over.complete(gone);
    }

    @Override
    public void onCompleted() {
      over.complete(null);
    }

    NumberedRequest next() throws InterruptedException {
      NumberedRequest next = received.poll(20, TimeUnit.SECONDS);
      assertThat(next).as("a message of the client").isNotNull();
      return next;
    }

    SessionFrame frame() throws InterruptedException {
      return next().getSession();
    }

    /** What the client opens the stream with. */
    Open open() throws InterruptedException {
      SessionFrame first = frame();
      assertThat(first.hasOpen()).as("opens: %s", first).isTrue();
      return first.getOpen();
    }

    /** Answers the opening, and is at work. */
    Stream opened() throws InterruptedException {
      open();
      sayOpened(0);
      return this;
    }

    void sayOpened(long handled) {
      say(
          SessionFrame.newBuilder()
              .setOpened(Opened.newBuilder().setInstance("here").setHandledMessage(handled)));
    }

    /** The next message of the application; its number is as expected. */
    NumberedRequest message(long number) throws InterruptedException {
      NumberedRequest next = next();
      assertThat(next.getSession().getPosition().getMessage()).isEqualTo(number);
      return next;
    }

    /** The position that the client acknowledges, alone. */
    String acknowledgement() throws InterruptedException {
      SessionFrame frame = frame();
      assertThat(frame.hasPosition()).isFalse();
      return frame.getAcknowledged().getMessage() + "/" + frame.getAcknowledged().getAnswer();
    }

    void answer(long message, long answer) {
      answers.onNext(
          NumberedResponse.newBuilder()
              .setText(message + "/" + answer)
              .setSession(SessionFrame.newBuilder().setPosition(position(message, answer)))
              .build());
    }

    void acknowledge(long message) {
      say(SessionFrame.newBuilder().setAcknowledged(position(message, 0)));
    }

    void heartbeat() {
      say(SessionFrame.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
    }

    void move() {
      say(SessionFrame.newBuilder().setMove(Move.getDefaultInstance()));
    }

    /** Ends the session well. */
    void finish(long acknowledged) {
      say(
          SessionFrame.newBuilder()
              .setAcknowledged(position(acknowledged, 0))
              .setClose(Close.getDefaultInstance()));
      answers.onCompleted();
    }

    void say(SessionFrame.Builder frame) {
      answers.onNext(NumberedResponse.newBuilder().setSession(frame).build());
    }

    void fail(Status status) {
      answers.onError(status.asRuntimeException());
    }

    void complete() {
      answers.onCompleted();
    }

    /** How the client has ended the stream. */
    @Nullable Throwable end() throws Exception {
      return over.get(20, TimeUnit.SECONDS);
    }

    private static Position position(long message, long answer) {
      return Position.newBuilder().setMessage(message).setAnswer(answer).build();
    }
  }
}
