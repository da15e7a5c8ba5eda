package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A server keeps to the protocol of sessions, whatever happens to its streams. */
final class ServedSessionsTest {

  private static final String ID = "6f1c4e0a-0001";

  private static NumberedServer serving(SessionHandler<NumberedRequest, NumberedResponse> handler)
      throws Exception {
    return new NumberedServer(handler, SessionLimits.STANDARD, CallClock.system());
  }

  @Test
  void handlesMessagesInOrderAndClosesTheSession() throws Exception {
    Answering handler = new Answering();
    try (NumberedServer server = serving(handler)) {
      ScriptedClient client = server.stream();
      assertThat(client.open(ID, 1, 1).getInstance()).isEqualTo("here");

      LongStream.rangeClosed(1, 3).forEach(number -> client.send(number, 2));

      assertThat(IntStream.range(0, 6).mapToObj(i -> answer(client)))
          .containsExactly("1/1 m1.1", "1/2 m1.2", "2/1 m2.1", "2/2 m2.2", "3/1 m3.1", "3/2 m3.2");
      client.acknowledge(3, 2);
      client.acknowledged(3);
      client.close();
      assertThat(client.next().getSession().hasClose()).isTrue();
      assertThat(client.ended()).isEqualTo(Status.OK);
      assertThat(handler.handled).containsExactly("m1", "m2", "m3");
      assertThat(handler.closed).containsExactly(ID);
    }
  }

  private static String answer(ScriptedClient client) {
    try {
      return client.answer();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  void sendsAgainWhatACutLeftUnacknowledged() throws Exception {
    Answering handler = new Answering();
    try (NumberedServer server = serving(handler)) {
      ScriptedClient first = server.stream();
      first.open(ID, 1, 1);
      first.send(1, 2);
      first.send(2, 1);
      assertThat(IntStream.range(0, 3).mapToObj(i -> answer(first))).hasSize(3);

      first.cancel();
      ScriptedClient second = server.stream();
      second.frame(ScriptedClient.opening(ID, 1, 2).setAcknowledged(ScriptedClient.at(1, 1)));
      second.send(1, 2);
      second.send(2, 1);
      second.send(3, 1);

      assertThat(second.opened().getHandledMessage()).isEqualTo(2);
      assertThat(IntStream.range(0, 3).mapToObj(i -> answer(second)))
          .containsExactly("1/2 m1.2", "2/1 m2.1", "3/1 m3.1");
      assertThat(handler.handled).containsExactly("m1", "m2", "m3");
    }
  }

  @Test
  void aNewStreamTakesOverWhatIsBeingHandled() throws Exception {
    CompletableFuture<Void> mayEnd = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    Answering handler =
        new Answering() {
          @Override
          public CompletionStage<?> message(
              NumberedRequest message, SessionAnswers<NumberedResponse> answers) {
            begun.countDown();
            mayEnd.join(); // blocks the thread of the first stream
            return super.message(message, answers);
          }
        };
    try (NumberedServer server = serving(handler)) {
      ScriptedClient first = server.stream();
      first.open(ID, 1, 1);
      first.send(1, 1);
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

      ScriptedClient second = server.stream();
      assertThat(second.open(ID, 1, 2).getHandledMessage()).isZero();
      second.send(1, 1);
      second.send(2, 1);

      assertThat(first.ended().getCode()).isEqualTo(Status.Code.ABORTED);
      mayEnd.complete(null);
      assertThat(second.answer()).isEqualTo("1/1 m1.1");
      assertThat(second.answer()).isEqualTo("2/1 m2.1");
      second.acknowledge(2, 1);
      second.acknowledged(2);
      assertThat(handler.handled).containsExactly("m1", "m2");
    }
  }

  @Test
  void anotherInstanceGivesTheSamePositions() throws Exception {
    Answering there = new Answering();
    try (NumberedServer server = serving(there)) {
      ScriptedClient client = server.stream();

      client.frame(ScriptedClient.opening(ID, 5, 3).setAcknowledged(ScriptedClient.at(5, 1)));
      client.send(5, 2);
      client.send(6, 1);

      assertThat(client.opened().getHandledMessage()).isZero();
      assertThat(client.answer()).isEqualTo("5/2 m5.2");
      assertThat(client.answer()).isEqualTo("6/1 m6.1");
      client.acknowledge(6, 1);
      client.acknowledged(6);
      assertThat(there.handled).containsExactly("m5", "m6");
    }
  }

  @Test
  void clientsWithoutFramesAreServedPlainly() throws Exception {
    Answering handler = new Answering();
    try (NumberedServer server = serving(handler)) {
      ScriptedClient client = server.stream();

      client.plain("a", 2);
      client.plain("b", 1);
      client.halfClose();

      assertThat(IntStream.range(0, 3).mapToObj(i -> next(client).getText()))
          .containsExactly("a.1", "a.2", "b.1");
      assertThat(client.ended()).isEqualTo(Status.OK);
      assertThat(handler.closed).containsExactly("");
    }
  }

  private static NumberedResponse next(ScriptedClient client) {
    try {
      return client.next();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
