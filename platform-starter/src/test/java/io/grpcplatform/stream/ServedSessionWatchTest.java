package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What a server tells of its sessions, to be counted. */
final class ServedSessionWatchTest {

  private static final String ID = "6f1c4e0a-0005";

  private final ManualClock clock = new ManualClock();
  private final Heard heard = new Heard();

  private static final class Heard implements SessionWatch, SessionWatch.Session {
    final List<String> events = new CopyOnWriteArrayList<>();
    volatile int unacknowledged;

    @Override
    public Session began(Side side, String fullMethodName) {
      events.add("began " + side + " " + fullMethodName);
      return this;
    }

    @Override
    public void opened() {
      events.add("opened");
    }

    @Override
    public void resumed(Resume why, long nanosWithout) {
      events.add("resumed " + why + " " + Duration.ofNanos(nanosWithout));
    }

    @Override
    public void cut() {
      events.add("cut");
    }

    @Override
    public void sent() {
      events.add("sent");
    }

    @Override
    public void replayed() {
      events.add("replayed");
    }

    @Override
    public void received() {
      events.add("received");
    }

    @Override
    public void repeated() {
      events.add("repeated");
    }

    @Override
    public void unacknowledged(int messages) {
      unacknowledged = messages;
    }

    @Override
    public void ended() {
      events.add("ended");
    }
  }

  private NumberedServer serving() throws Exception {
    return new NumberedServer(new Answering(), SessionLimits.STANDARD, clock, heard);
  }

  @Test
  void tellsOfEveryStreamAndMessage() throws Exception {
    try (NumberedServer server = serving()) {
      ScriptedClient first = server.stream();
      first.open(ID, 1, 1);
      first.send(1, 1);
      assertThat(first.answer()).isEqualTo("1/1 m1.1");
      assertThat(heard.unacknowledged).isEqualTo(1);
      first.cancel();
      clock.awaitTask(Duration.ofMinutes(1), Duration.ofSeconds(30));
      clock.advance(Duration.ofMillis(350));

      ScriptedClient second = server.stream();
      second.open(ID, 1, 2);
      second.send(1, 1);
      assertThat(second.answer()).isEqualTo("1/1 m1.1");
      second.acknowledge(1, 1);
      second.acknowledged(1);
      second.close();
      second.ended();

      assertThat(heard.unacknowledged).isZero();
      assertThat(heard.events)
          .containsSubsequence(
              "began SERVER platform.test.v1.NumberedService/Process",
              "opened",
              "received",
              "sent",
              "cut",
              "resumed RETURNED PT0.35S",
              "replayed",
              "ended")
          .contains("repeated")
          .containsOnlyOnce("began SERVER platform.test.v1.NumberedService/Process")
          .containsOnlyOnce("received")
          .containsOnlyOnce("ended");
    }
  }

  @Test
  void tellsOfASessionFromElsewhereAndWhenItIsForgotten() throws Exception {
    try (NumberedServer server = serving()) {
      ScriptedClient client = server.stream();
      client.open(ID, 5, 2);
      client.cancel();
      clock.awaitTask(Duration.ofMinutes(1), Duration.ofSeconds(30));

      clock.advance(Duration.ofMillis(60_050));

      assertThat(heard.events)
          .containsExactly(
              "began SERVER platform.test.v1.NumberedService/Process",
              "resumed ARRIVED PT0S",
              "cut",
              "ended");
    }
  }
}
