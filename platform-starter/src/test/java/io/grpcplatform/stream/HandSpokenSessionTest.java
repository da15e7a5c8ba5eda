package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import io.grpcplatform.v1.SessionFrame;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client in any language can hold a session: here with nothing but generated stubs. */
@Timeout(60)
final class HandSpokenSessionTest {

  private Instance here;
  private Instance elsewhere;

  @BeforeEach
  void start() throws Exception {
    here = new Instance();
    elsewhere = new Instance();
  }

  @AfterEach
  void stop() throws Exception {
    here.close();
    elsewhere.close();
  }

  private static SessionFrame.Builder open(String session, long nextMessage, long stream) {
    return SessionFrame.newBuilder().setOpen(SpokenByHand.opening(session, nextMessage, stream));
  }

  @Test
  void aSessionGoesOnAfterACut() throws Exception {
    SpokenByHand first = SpokenByHand.open(here.channel, open("by-hand-1", 1, 1));
    assertThat(first.opened().getHandledMessage()).isZero();
    first.send(1, "one", 2);
    first.send(2, "two", 1);
    assertThat(List.of(first.answer(), first.answer(), first.answer()))
        .containsExactly("1.1 one", "1.2 one", "2.1 two");
    first.acknowledge(SpokenByHand.at(1, 2));
    first.awaitAcknowledged(1);

    first.cut();
    SpokenByHand second =
        SpokenByHand.open(
            here.channel, open("by-hand-1", 2, 2).setAcknowledged(SpokenByHand.at(1, 2)));
    assertThat(second.opened().getHandledMessage()).isEqualTo(2);
    second.send(2, "two", 1);
    assertThat(second.answer()).isEqualTo("2.1 two");
    second.acknowledge(SpokenByHand.at(2, 1));
    second.awaitAcknowledged(2);
    second.send(3, "three", 0);
    second.awaitAcknowledged(3);
    second.close();

    second.awaitClose();
    assertThat(here.handled)
        .containsExactly("by-hand-1:1", "by-hand-1:2", "by-hand-1:3", "by-hand-1 closed");
  }

  @Test
  void anotherInstanceGivesTheSameAnswersAtTheSamePlaces() throws Exception {
    SpokenByHand first = SpokenByHand.open(here.channel, open("by-hand-2", 1, 1));
    first.opened();
    first.send(1, "one", 1);
    first.send(2, "two", 2);
    assertThat(List.of(first.answer(), first.answer(), first.answer()))
        .containsExactly("1.1 one", "2.1 two", "2.2 two");
    first.acknowledge(SpokenByHand.at(2, 1));
    first.awaitAcknowledged(1);

    first.cut();
    SpokenByHand second =
        SpokenByHand.open(
            elsewhere.channel, open("by-hand-2", 2, 2).setAcknowledged(SpokenByHand.at(2, 1)));
    assertThat(second.opened().getHandledMessage()).isLessThanOrEqualTo(1);
    second.send(2, "two", 2);

    String answer = second.answer();
    if (answer.equals("2.1 two")) {
      answer = second.answer();
    }
    assertThat(answer).isEqualTo("2.2 two");
    assertThat(elsewhere.handled).containsExactly("by-hand-2:2");
    second.cut();
  }

  @Test
  void theServerAsksToMoveBeforeItStops() throws Exception {
    SpokenByHand first = SpokenByHand.open(here.channel, open("by-hand-3", 1, 1));
    first.opened();
    first.send(1, "one", 1);
    assertThat(first.answer()).isEqualTo("1.1 one");

    here.drain.advance(DrainSignal.Phase.ANNOUNCED);
    first.awaitMove();
    SpokenByHand second = SpokenByHand.open(elsewhere.channel, open("by-hand-3", 1, 2));
    second.opened();
    second.send(1, "one", 1);

    assertThat(second.answer()).isEqualTo("1.1 one");
    second.acknowledge(SpokenByHand.at(1, 1));
    second.awaitAcknowledged(1);
    first.acknowledge(SpokenByHand.at(1, 1));
    first.awaitAcknowledged(1);
    first.cut();
    second.close();
    second.awaitClose();
  }

  @Test
  void aGapInTheNumbersEndsTheSession() throws Exception {
    SpokenByHand stream = SpokenByHand.open(here.channel, open("by-hand-4", 1, 1));
    stream.opened();
    stream.send(2, "two", 1);

    assertThat(stream.ended().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(here.handled).isEmpty();
  }

  @Test
  void aClientWithoutFramesIsServedInOrder() throws Exception {
    SpokenByHand stream = SpokenByHand.plain(here.channel, "one", "two");

    assertThat(stream.texts(2)).containsExactly("one", "two");
    assertThat(stream.ended().getCode()).isEqualTo(Status.Code.OK);
    assertThat(here.handled).containsExactly("", "", " closed");
  }

  /** A server and a channel to it. */
  private static final class Instance extends NumberedServiceGrpc.NumberedServiceImplBase
      implements SessionHandler<NumberedRequest, NumberedResponse> {

    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final DrainSignal drain = new DrainSignal();
    private final Sessions.Served<NumberedRequest, NumberedResponse> sessions =
        TestedSessions.server(drain).serve(NumberedServiceGrpc.getProcessMethod(), this);
    private final Server server;
    private final ManagedChannel channel;

    private Instance() throws Exception {
      InetAddress loopback = InetAddress.getLoopbackAddress();
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress(loopback, 0))
              .addService(this)
              .build()
              .start();
      channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    }

    @Override
    public StreamObserver<NumberedRequest> process(StreamObserver<NumberedResponse> answers) {
      return sessions.stream(answers);
    }

    @Override
    public CompletionStage<?> message(
        NumberedRequest message, SessionAnswers<NumberedResponse> answers) {
      handled.add(answers.key());
      for (int i = 0; i < message.getAnswers(); i++) {
        answers.send(NumberedResponse.newBuilder().setText(message.getText()).build());
      }
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void closed(String sessionId) {
      handled.add(sessionId + " closed");
    }

    private void close() throws InterruptedException {
      channel.shutdownNow();
      server.shutdownNow();
      assertThat(server.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
