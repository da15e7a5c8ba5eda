package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.testing.ManualClock;
import io.grpcplatform.v1.Open;
import io.grpcplatform.v1.SessionFrame;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a server's sessions do when time passes, by a clock that the test owns. */
final class SessionTimesTest {

  private static final String ID = "6f1c4e0a-0002";
  private static final Duration REAL = Duration.ofSeconds(30);
  private static final Duration TOGETHER = Duration.ofMillis(2);

  private final ManualClock clock = new ManualClock();

  private NumberedServer serving(SessionHandler<NumberedRequest, NumberedResponse> handler)
      throws Exception {
    return new NumberedServer(handler, SessionLimits.STANDARD, clock);
  }

  private static ScriptedClient open(NumberedServer server, int limitMillis) throws Exception {
    ScriptedClient client = server.stream();
    client.frame(
        SessionFrame.newBuilder()
            .setOpen(
                Open.newBuilder()
                    .setSessionId(ID)
                    .setNextMessage(1)
                    .setStream(1)
                    .setSilenceLimitMillis(limitMillis)));
    assertThat(client.opened().getSilenceLimitMillis()).isEqualTo(15_000);
    return client;
  }

  @Test
  void heartbeatsComeThriceWithinTheClientsLimit() throws Exception {
    try (NumberedServer server = serving(new Answering())) {
      ScriptedClient client = open(server, 900);
      clock.awaitTask(Duration.ofMillis(225), REAL);

      for (int heartbeat = 1; heartbeat <= 3; heartbeat++) {
        clock.advance(Duration.ofMillis(224));
        clock.advance(Duration.ofMillis(1));
        assertThat(client.next().getSession().hasHeartbeat()).isTrue();
      }

      assertThat(client.unread()).isZero();
    }
  }

  @Test
  void heartbeatsComeAtTheServersOwnPaceOtherwise() throws Exception {
    try (NumberedServer server = serving(new Answering())) {
      ScriptedClient client = open(server, 0);
      clock.awaitTask(Duration.ofSeconds(5), REAL);

      clock.advance(Duration.ofMillis(4_999));
      client.send(1, 1);
      assertThat(client.answer()).isEqualTo("1/1 m1.1");
      clock.advance(Duration.ofMillis(2));
      client.acknowledge(1, 1);
      client.acknowledged(1);

      assertThat(client.unread()).isZero(); // no heartbeat: the answer was one
    }
  }

  @Test
  void aSilentClientLosesItsStreamButNotItsSession() throws Exception {
    try (NumberedServer server = serving(new Answering())) {
      ScriptedClient client = open(server, 0);
      client.send(1, 1);
      assertThat(client.answer()).isEqualTo("1/1 m1.1");
      client.acknowledge(1, 1);
      client.acknowledged(1);

      clock.advance(Duration.ofMillis(15_050));

      Status status = client.ended();
      assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(status.getDescription()).contains("silent", "silence-limit");
      assertThat(server.stream().open(ID, 2, 2).getHandledMessage()).isEqualTo(1);
    }
  }

  @Test
  void aClientThatIsNotReadIsNotSilent() throws Exception {
    CompletableFuture<Void> mayEnd = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    try (NumberedServer server =
        serving(
            (message, answers) -> {
              begun.countDown();
              return mayEnd;
            })) {
      ScriptedClient client = open(server, 0);
      client.send(1, 0);
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

      clock.advance(Duration.ofMinutes(2));
      mayEnd.complete(null);

      client.acknowledged(1);
      clock.advance(Duration.ofMillis(14_950));
      assertThat(client.live()).isTrue();
      clock.advance(Duration.ofMillis(100));
      assertThat(client.ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void acknowledgementsOfABurstGoTogether() throws Exception {
    try (NumberedServer server = serving(new Answering())) {
      ScriptedClient client = open(server, 0);
      for (int number = 1; number <= 40; number++) {
        client.send(number, 0);
      }

      assertThat(client.next().getSession().getAcknowledged().getMessage()).isEqualTo(1);
      assertThat(client.next().getSession().getAcknowledged().getMessage()).isEqualTo(33);
      clock.awaitTask(TOGETHER, REAL);
      assertThat(client.unread()).isZero();

      // The last may still be on their way to the handler.
      SessionFrame last = SessionFrame.getDefaultInstance();
      while (last.getAcknowledged().getMessage() < 40) {
        clock.awaitTask(TOGETHER, REAL);
        clock.advance(TOGETHER);
        last = client.next().getSession();
      }
    }
  }

  @Test
  void aSessionWithoutStreamIsForgottenAfterAWhile() throws Exception {
    try (NumberedServer server = serving(new Answering())) {
      ScriptedClient client = open(server, 0);
      client.send(1, 0);
      client.acknowledged(1);
      client.cancel();
      clock.awaitTask(Duration.ofMinutes(1), REAL);

      clock.advance(Duration.ofMillis(59_950));
      assertThat(server.sessions.remembered()).isEqualTo(1);
      clock.advance(Duration.ofMillis(100));

      assertThat(server.sessions.remembered()).isZero();
      assertThat(server.stream().open(ID, 2, 2).getHandledMessage()).isZero();
    }
  }

  @Test
  void aSessionThatCameBackIsNotForgotten() throws Exception {
    try (NumberedServer server = serving(new Answering())) {
      ScriptedClient client = open(server, 0);
      client.cancel();
      clock.awaitTask(Duration.ofMinutes(1), REAL);
      ScriptedClient back = server.stream();
      back.open(ID, 1, 2);
      back.send(1, 0);
      back.acknowledged(1);

      for (int number = 2; number <= 8; number++) {
        clock.advance(Duration.ofSeconds(9));
        back.send(number, 0);
        back.acknowledged(number);
      }

      assertThat(server.sessions.remembered()).isEqualTo(1);
    }
  }

  @Test
  void aSessionInWorkIsNotForgotten() throws Exception {
    CompletableFuture<Void> mayEnd = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    try (NumberedServer server =
        serving(
            (message, answers) -> {
              begun.countDown();
              return mayEnd;
            })) {
      ScriptedClient client = open(server, 0);
      client.send(1, 0);
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      client.cancel();

      ScriptedClient second = server.stream();
      second.open(ID, 1, 2);
      second.cancel();
      clock.advance(Duration.ofMinutes(3));
      assertThat(server.sessions.remembered()).isEqualTo(1);
      mayEnd.complete(null);

      assertThat(server.stream().open(ID, 1, 3).getHandledMessage()).isEqualTo(1);
    }
  }
}
