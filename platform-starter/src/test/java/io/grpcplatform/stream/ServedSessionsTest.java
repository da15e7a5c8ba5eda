package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Context;
import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.v1.Close;
import io.grpcplatform.v1.SessionFrame;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

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

      SessionFrame opened = second.next().getSession();
      assertThat(opened.getOpened().getHandledMessage()).isEqualTo(2);
      assertThat(opened.hasAcknowledged()).isFalse(); // 1/2 may still be needed
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
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

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
  void workThatFailsAfterAnotherInstanceHasDoneItEndsNothing() throws Exception {
    CompletableFuture<Void> stuck = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    Answering handler =
        new Answering() {
          @Override
          public CompletionStage<?> message(
              NumberedRequest message, SessionAnswers<NumberedResponse> answers) {
            begun.countDown();
            return message.getText().equals("m1") ? stuck : super.message(message, answers);
          }
        };
    try (NumberedServer server = serving(handler)) {
      ScriptedClient first = server.stream();
      first.open(ID, 1, 1);
      first.send(1, 1);
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      ScriptedClient second = server.stream();
      second.open(ID, 2, 3); // stream 2 was elsewhere, and so was message 1

      stuck.completeExceptionally(Status.ALREADY_EXISTS.asRuntimeException());

      second.send(2, 1);
      assertThat(second.answer()).isEqualTo("2/1 m2.1");
      assertThat(second.live()).isTrue();
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
  void aFailureEndsTheStreamAndTheMessageComesAgain() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    Answering handler =
        new Answering() {
          @Override
          public CompletionStage<?> message(
              NumberedRequest message, SessionAnswers<NumberedResponse> answers) {
            var unused = super.message(message, answers);
            return attempts.incrementAndGet() > 1
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(Status.UNAVAILABLE.asRuntimeException());
          }
        };
    try (NumberedServer server = serving(handler)) {
      ScriptedClient first = server.stream();
      first.open(ID, 1, 1);
      first.send(1, 2);
      assertThat(first.ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);

      ScriptedClient second = server.stream();
      assertThat(second.open(ID, 1, 2).getHandledMessage()).isZero();
      second.send(1, 2);

      assertThat(second.answer()).isEqualTo("1/1 m1.1");
      assertThat(second.answer()).isEqualTo("1/2 m1.2");
      second.send(2, 1);
      assertThat(second.answer()).isEqualTo("2/1 m2.1");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"INVALID_ARGUMENT", "ABORTED", "UNKNOWN"})
  void whatAHandlerThrowsEndsTheStream(Status.Code code) throws Exception {
    try (NumberedServer server =
        serving(
            (message, answers) -> {
              throw code == Status.Code.UNKNOWN
                  ? new IllegalStateException("a bug")
                  : Status.fromCode(code).asRuntimeException();
            })) {
      ScriptedClient client = server.stream();
      client.open(ID, 1, 1);

      client.send(1, 0);

      assertThat(client.ended().getCode()).isEqualTo(code);
    }
  }

  @Test
  void aCutLeavesTheWorkAloneAndKeepsItsAnswers() throws Exception {
    CompletableFuture<Void> mayEnd = new CompletableFuture<>();
    CompletableFuture<SessionAnswers<NumberedResponse>> begun = new CompletableFuture<>();
    CompletableFuture<Context> context = new CompletableFuture<>();
    try (NumberedServer server =
        serving(
            (message, answers) -> {
              context.complete(Context.current());
              begun.complete(answers);
              return mayEnd;
            })) {
      ScriptedClient first = server.stream();
      first.open(ID, 1, 1);
      first.send(1, 1);
      SessionAnswers<NumberedResponse> answers = begun.get(30, TimeUnit.SECONDS);

      first.cancel();
      ScriptedClient second = server.stream();
      second.open(ID, 1, 2);
      second.cancel();
      answers.send(NumberedResponse.newBuilder().setText("late").build());
      mayEnd.complete(null);
      ScriptedClient third = server.stream();

      assertThat(third.open(ID, 1, 3).getHandledMessage()).isEqualTo(1);
      assertThat(third.answer()).isEqualTo("1/1 late");
      assertThat(answers.key()).isEqualTo(ID + ":1");
      assertThat(context.join().isCancelled()).isFalse();
      assertThatThrownBy(() -> answers.send(NumberedResponse.getDefaultInstance()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("message 1");
    }
  }

  @Test
  void olderStreamsDoNotTakeASessionBack() throws Exception {
    try (NumberedServer server = serving(new Answering())) {
      ScriptedClient newer = server.stream();
      newer.open(ID, 1, 7);

      ScriptedClient older = server.stream();
      older.frame(ScriptedClient.opening(ID, 1, 6));
      ScriptedClient twin = server.stream();
      twin.frame(ScriptedClient.opening(ID, 1, 7));

      assertThat(older.ended().getCode()).isEqualTo(Status.Code.ABORTED);
      assertThat(twin.ended().getCode()).isEqualTo(Status.Code.ABORTED);
      newer.send(1, 1);
      assertThat(newer.answer()).isEqualTo("1/1 m1.1");
    }
  }

  @Test
  void aGapIsRefused() throws Exception {
    Answering handler = new Answering();
    try (NumberedServer server = serving(handler)) {
      ScriptedClient client = server.stream();
      client.open(ID, 1, 1);
      client.send(1, 0);
      client.send(3, 0);

      Status status = client.ended();

      assertThat(status.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(status.getDescription()).isEqualTo("position.message: 3 (expected: 2, the next)");
      assertThat(handler.handled).containsExactly("m1");
    }
  }

  static Stream<Arguments> badFrames() {
    SessionFrame.Builder good = ScriptedClient.opening(ID, 1, 1);
    return Stream.of(
        Arguments.of("FAILED_PRECONDITION", SessionFrame.newBuilder()),
        Arguments.of(
            "FAILED_PRECONDITION", SessionFrame.newBuilder().setPosition(ScriptedClient.at(1, 0))),
        Arguments.of("INVALID_ARGUMENT", ScriptedClient.opening("", 1, 1)),
        Arguments.of("INVALID_ARGUMENT", ScriptedClient.opening("x".repeat(65), 1, 1)),
        Arguments.of("INVALID_ARGUMENT", ScriptedClient.opening(ID, 0, 1)),
        Arguments.of("INVALID_ARGUMENT", ScriptedClient.opening(ID, -1, 1)),
        Arguments.of("INVALID_ARGUMENT", ScriptedClient.opening(ID, 1, 0)),
        Arguments.of("INVALID_ARGUMENT", good.clone().setPosition(ScriptedClient.at(1, 1))),
        Arguments.of("INVALID_ARGUMENT", good.clone().setPosition(ScriptedClient.at(0, 0))),
        Arguments.of("INVALID_ARGUMENT", good.clone().setAcknowledged(ScriptedClient.at(-1, 0))));
  }

  @ParameterizedTest
  @MethodSource("badFrames")
  void badFramesAreRefused(Status.Code code, SessionFrame.Builder frame) throws Exception {
    Answering handler = new Answering();
    try (NumberedServer server = serving(handler)) {
      ScriptedClient client = server.stream();

      client.frame(frame);

      Status status = client.ended();
      assertThat(status.getCode()).isEqualTo(code);
      assertThat(status.getDescription()).contains("expected");
      assertThat(handler.handled).isEmpty();
      assertThat(server.sessions.remembered()).isZero();
    }
  }

  @Test
  void aSecondOpenOnAStreamIsRefused() throws Exception {
    try (NumberedServer server = serving(new Answering())) {
      ScriptedClient client = server.stream();
      client.open(ID, 1, 1);

      client.frame(ScriptedClient.opening(ID, 1, 2));

      assertThat(client.ended().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    }
  }

  @Test
  void openMessageAndCloseMayComeInOneFrame() throws Exception {
    Answering handler = new Answering();
    try (NumberedServer server = serving(handler)) {
      ScriptedClient client = server.stream();

      client.frame(ScriptedClient.opening(ID, 1, 1).setPosition(ScriptedClient.at(1, 0)));
      client.frame(
          SessionFrame.newBuilder()
              .setPosition(ScriptedClient.at(2, 0))
              .setClose(Close.getDefaultInstance()));

      SessionFrame last = client.next().getSession();
      while (!last.hasClose()) {
        last = client.next().getSession();
      }
      assertThat(last.getAcknowledged().getMessage()).isEqualTo(2);
      assertThat(client.ended()).isEqualTo(Status.OK);
      assertThat(handler.handled).hasSize(2);
    }
  }

  @Test
  void aStreamGivenUpByHalfCloseEndsWellAndTheSessionGoesOn() throws Exception {
    Answering handler = new Answering();
    try (NumberedServer server = serving(handler)) {
      ScriptedClient first = server.stream();
      first.open(ID, 1, 1);
      first.send(1, 2);
      first.send(2, 0);

      first.halfClose();

      assertThat(first.answer()).isEqualTo("1/1 m1.1");
      assertThat(first.answer()).isEqualTo("1/2 m1.2");
      assertThat(first.ended()).isEqualTo(Status.OK);
      assertThat(handler.closed).isEmpty();
      ScriptedClient second = server.stream();
      assertThat(second.open(ID, 1, 2).getHandledMessage()).isEqualTo(2);
      assertThat(second.answer()).isEqualTo("1/1 m1.1");
    }
  }

  @Test
  void aStreamThatBringsNothingEndsWell() throws Exception {
    try (NumberedServer server = serving(new Answering())) {
      ScriptedClient client = server.stream();

      client.halfClose();

      assertThat(client.ended()).isEqualTo(Status.OK);
    }
  }

  @Test
  void theHandlerHearsOnceThatASessionIsClosed() throws Exception {
    AtomicInteger told = new AtomicInteger();
    Answering handler =
        new Answering() {
          @Override
          public void closed(String sessionId) {
            if (told.incrementAndGet() == 1) {
              throw Status.UNAVAILABLE.asRuntimeException();
            }
          }
        };
    try (NumberedServer server = serving(handler)) {
      ScriptedClient first = server.stream();
      first.open(ID, 1, 1);
      first.close();
      assertThat(first.ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);

      for (int stream = 2; stream <= 3; stream++) { // the third, as if the close had been lost
        ScriptedClient next = server.stream();
        next.open(ID, 1, stream);
        next.close();
        assertThat(next.next().getSession().hasClose()).isTrue();
        assertThat(next.ended()).isEqualTo(Status.OK);
      }

      assertThat(told).hasValue(2);
    }
  }

  @Test
  void methodsWithoutPlaceForFramesAreRefused() {
    ServingTerms terms =
        new ServingTerms(
            () -> SessionLimits.STANDARD,
            CallClock.system(),
            new DrainSignal(),
            SessionWatch.NONE,
            "");

    assertThatThrownBy(
            () ->
                ServedSessions.of(
                    EchoServiceGrpc.getBidiMethod(), (message, answers) -> null, terms))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SessionFrame");
    assertThatThrownBy(
            () ->
                ServedSessions.of(
                    EchoServiceGrpc.getServerStreamMethod(), (message, answers) -> null, terms))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: BIDI_STREAMING");
  }
}
