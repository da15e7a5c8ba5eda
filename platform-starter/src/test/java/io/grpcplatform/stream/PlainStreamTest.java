package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.CallClock;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A client that knows nothing of sessions is served as on any stream. */
final class PlainStreamTest {

  private static NumberedServer serving(SessionHandler<NumberedRequest, NumberedResponse> handler)
      throws Exception {
    return new NumberedServer(handler, SessionLimits.STANDARD, CallClock.system());
  }

  @Test
  void answersCarryNoFrameAndTheHalfCloseEndsTheStream() throws Exception {
    List<String> keys = new CopyOnWriteArrayList<>();
    Answering handler =
        new Answering() {
          @Override
          public CompletionStage<?> message(
              NumberedRequest message, SessionAnswers<NumberedResponse> answers) {
            keys.add(answers.sessionId() + answers.key() + answers.number());
            return super.message(message, answers);
          }
        };
    try (NumberedServer server = serving(handler)) {
      ScriptedClient client = server.stream();

      client.plain("a", 0, 2);
      client.plain("b", 0, 1);
      client.halfClose();

      assertThat(client.next()).isEqualTo(NumberedResponse.newBuilder().setText("a.1").build());
      assertThat(client.next().getText()).isEqualTo("a.2");
      assertThat(client.next().getText()).isEqualTo("b.1");
      assertThat(client.ended()).isEqualTo(Status.OK);
      assertThat(handler.closed).containsExactly("");
      assertThat(keys).containsExactly("1", "2");
      assertThat(server.sessions.remembered()).isZero();
    }
  }

  @Test
  void theHalfCloseIsToldAfterTheWork() throws Exception {
    CompletableFuture<Void> mayEnd = new CompletableFuture<>();
    CompletableFuture<SessionAnswers<NumberedResponse>> begun = new CompletableFuture<>();
    CompletableFuture<String> closed = new CompletableFuture<>();
    SessionHandler<NumberedRequest, NumberedResponse> handler =
        new SessionHandler<>() {
          @Override
          public CompletionStage<?> message(
              NumberedRequest message, SessionAnswers<NumberedResponse> answers) {
            begun.complete(answers);
            return mayEnd;
          }

          @Override
          public void closed(String sessionId) {
            closed.complete(sessionId);
          }
        };
    try (NumberedServer server = serving(handler)) {
      ScriptedClient client = server.stream();
      client.plain("a", 0, 0);
      client.halfClose();

      begun.join().send(NumberedResponse.newBuilder().setText("late").build());
      assertThat(client.next().getText()).isEqualTo("late");
      assertThat(closed).isNotDone();
      mayEnd.complete(null);

      assertThat(client.ended()).isEqualTo(Status.OK);
      assertThat(closed).isCompletedWithValue("");
    }
  }

  @Test
  void aFailureEndsTheStreamWithIt() throws Exception {
    try (NumberedServer server =
        serving(
            (message, answers) ->
                CompletableFuture.runAsync(
                    () -> {
                      throw Status.NOT_FOUND.asRuntimeException();
                    }))) {
      ScriptedClient client = server.stream();

      client.plain("a", 0, 1);

      assertThat(client.ended().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    }
  }

  @Test
  void aCancelLeavesTheWorkItsEnd() throws Exception {
    CompletableFuture<Void> mayEnd = new CompletableFuture<>();
    CompletableFuture<SessionAnswers<NumberedResponse>> begun = new CompletableFuture<>();
    try (NumberedServer server =
        serving(
            (message, answers) -> {
              begun.complete(answers);
              return mayEnd;
            })) {
      ScriptedClient client = server.stream();
      client.plain("a", 0, 1);
      SessionAnswers<NumberedResponse> answers = begun.join();

      client.cancel();
      client.ended();
      answers.send(NumberedResponse.getDefaultInstance());

      assertThat(mayEnd.complete(null)).isTrue();
    }
  }
}
