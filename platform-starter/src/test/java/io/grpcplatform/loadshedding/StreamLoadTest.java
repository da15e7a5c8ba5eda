package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What streams count, and what a busy server does to them, over loopback at a limit of two. */
final class StreamLoadTest {

  private static final String[] ENFORCED = {
    "mode", "enforce", "algorithm", "fixed", "initial-limit", "2"
  };
  private static final Duration PACE = Duration.ofMillis(50);
  private static final Duration SOON = Duration.ofSeconds(10);

  /** A client's side of one bidirectional stream. */
  private static final class Talk implements StreamObserver<EchoResponse> {
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
    private final StreamObserver<EchoRequest> requests;

    Talk(Bench bench) {
      requests = EchoServiceGrpc.newStub(bench.channel).bidi(this);
    }

    void say(String text) {
      requests.onNext(Bench.say(text));
    }

    String answer() throws InterruptedException {
      String answer = answers.poll(10, TimeUnit.SECONDS);
      assertThat(answer).as("an answer within 10 s").isNotNull();
      return answer;
    }

    @Override
    public void onNext(EchoResponse answer) {
      answers.add(answer.getText());
    }

    @Override
    public void onError(Throwable thrown) {
      failed.complete(thrown);
    }

    @Override
    public void onCompleted() {}
  }

  @Test
  void anIdleStreamCountsLittleAndAWorkingOneWhole() throws Exception {
    try (Bench bench = Bench.inOrder(Settings.idle(), ENFORCED)) {
      Talk talk = new Talk(bench);

      talk.say("units");

      assertThat(talk.answer()).as("at work on the message").isEqualTo("16");
      assertThat(bench.unitsSeen() - LoadGate.WORK).as("idle again").isEqualTo(1);
    }
  }

  @Test
  void aQuietSubscriptionCountsAsIdle() throws Exception {
    try (Bench bench = Bench.inOrder(Settings.idle(), ENFORCED)) {
      EchoServiceGrpc.newStub(bench.channel)
          .serverStream(Bench.say("subscribe"), new Bench.Ignoring());
      EchoServiceGrpc.newStub(bench.channel)
          .serverStream(Bench.say("subscribe"), new Bench.Ignoring());
      // Their messages come after a second turn on the thread, and so does the first asker's.
      bench.unitsSeen();

      assertThat(bench.unitsSeen() - LoadGate.WORK).isEqualTo(2);
    }
  }

  @Test
  void newStreamsAreRefusedBeforeNewCalls() throws Exception {
    try (Bench bench =
        Bench.of(
            Settings.saturated(), "mode", "enforce", "algorithm", "fixed", "initial-limit", "10")) {
      bench.gate.add(9 * LoadGate.WORK);

      Talk talk = new Talk(bench);

      Throwable refused = talk.failed.get(10, TimeUnit.SECONDS);
      assertThat(Refusal.reasonOf(Status.trailersFromThrowable(refused)))
          .isEqualTo(Refusal.Reason.OVERLOADED);
      assertThat(bench.call(null)).isNull();
    }
  }

  @Test
  void aLiveStreamIsSlowedWhileTheServerIsFull() throws Exception {
    try (Bench bench = Bench.inOrder(Settings.saturated(), ENFORCED)) {
      Talk talk = new Talk(bench);
      talk.say("before");
      talk.answer();
      bench.unitsSeen();

      // When the server is full, the handler's wish for a message after the next is held back.
      bench.gate.add(3 * LoadGate.WORK);
      talk.say("one");
      talk.say("two");
      talk.say("three");
      assertThat(talk.answer()).isEqualTo("one");
      bench.clock.awaitTask(PACE, SOON);
      bench.unitsSeen();
      assertThat(talk.answers).isEmpty();

      // Then a message comes at each pace,
      bench.clock.advance(PACE);
      assertThat(talk.answer()).isEqualTo("two");
      bench.clock.awaitTask(PACE, SOON);
      bench.unitsSeen();
      assertThat(talk.answers).isEmpty();

      // and when there is room, the next pace is the last.
      bench.gate.add(-3 * LoadGate.WORK);
      bench.clock.advance(PACE);
      assertThat(talk.answer()).isEqualTo("three");
      talk.say("four");
      assertThat(talk.answer()).isEqualTo("four");
      assertThat(bench.counts.slowed(true)).isPositive();
    }
  }

  @Test
  void aSlowedStreamThatEndsLeavesNoTimer() throws Exception {
    try (Bench bench = Bench.inOrder(Settings.saturated(), ENFORCED)) {
      Talk talk = new Talk(bench);
      bench.unitsSeen();
      bench.gate.add(3 * LoadGate.WORK);
      talk.say("one");
      talk.answer();
      bench.clock.awaitTask(PACE, SOON);

      talk.requests.onError(Status.CANCELLED.asException());
      long seen = bench.unitsSeen();

      assertThat(bench.clock.waiting()).isZero();
      assertThat(seen).isEqualTo(4 * LoadGate.WORK);
    }
  }

  @Test
  void observeSlowsNothingAndCounts() throws Exception {
    try (Bench bench =
        Bench.inOrder(Settings.saturated(), "algorithm", "fixed", "initial-limit", "2")) {
      Talk talk = new Talk(bench);
      bench.unitsSeen();
      bench.gate.add(3 * LoadGate.WORK);
      for (String text : new String[] {"one", "two", "three"}) {
        talk.say(text);
        assertThat(talk.answer()).isEqualTo(text);
      }

      assertThat(bench.counts.slowed(false)).isPositive();
      assertThat(bench.clock.waiting()).isZero();
    }
  }
}
