package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallKey;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.loadshedding.LoadSheddingProperties.Mode;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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
    private final CompletableFuture<Boolean> completed = new CompletableFuture<>();
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
    public void onCompleted() {
      completed.complete(true);
    }
  }

  @Test
  void anIdleStreamCountsLittleAndAWorkingOneWhole() throws Exception {
    try (Bench bench = Bench.inOrder(Settings.idle(), ENFORCED)) {
      Talk talk = new Talk(bench);

      talk.say("units");

      assertThat(talk.answer()).as("at work on the message").isEqualTo(Long.toString(LoadGate.WORK));
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
      assertThat(bench.counts.slowed(Mode.ENFORCE)).isPositive();
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

      assertThat(bench.counts.slowed(Mode.OBSERVE)).isPositive();
      assertThat(bench.clock.waiting()).isZero();
    }
  }

  @Test
  void eachMessageInWorkCountsAsACall() throws Exception {
    ThreeAtOnce handler = new ThreeAtOnce();
    try (Bench bench = Bench.serving(handler, Settings.idle(), ENFORCED)) {
      Talk talk = new Talk(bench);
      for (String text : new String[] {"one", "two", "three", "four"}) {
        talk.say(text);
      }
      handler.taken.acquire(3);
      assertThat(bench.gate.units()).as("the fourth waits").isEqualTo(3L * LoadGate.WORK);

      handler.answers.onNext(EchoResponse.getDefaultInstance());
      assertThat(bench.gate.units()).isEqualTo(2L * LoadGate.WORK);
      handler.answers.request(1);
      handler.taken.acquire();
      assertThat(bench.gate.units()).isEqualTo(3L * LoadGate.WORK);
    }
  }

  @Test
  void aStreamThatIsSlowedWhenSheddingIsSwitchedOffGoesOn() throws Exception {
    try (Bench bench = Bench.inOrder(Settings.saturated(), ENFORCED)) {
      Talk talk = new Talk(bench);
      bench.unitsSeen();
      bench.gate.add(3 * LoadGate.WORK);
      talk.say("one");
      talk.answer();
      bench.clock.awaitTask(PACE, SOON);

      bench.change("mode", "off");
      bench.clock.advance(PACE);

      for (String text : new String[] {"two", "three", "four"}) {
        talk.say(text);
        assertThat(talk.answer()).isEqualTo(text);
      }
      assertThat(bench.clock.waiting()).isZero();
    }
  }

  @Test
  void aStreamThatBeganUnobservedIsSlowedOnceEnforced() throws Exception {
    try (Bench bench =
        Bench.inOrder(Settings.saturated(), "algorithm", "fixed", "initial-limit", "2")) {
      Talk talk = new Talk(bench);
      bench.unitsSeen();
      bench.gate.add(3 * LoadGate.WORK);

      bench.change(ENFORCED);
      talk.say("one");
      talk.answer();

      bench.clock.awaitTask(PACE, SOON);
    }
  }

  @Test
  void aHalfClosedStreamEndsAndLeavesNothing() throws Exception {
    try (Bench bench = Bench.inOrder(Settings.idle(), ENFORCED)) {
      Talk talk = new Talk(bench);
      talk.say("hello");
      talk.answer();

      talk.requests.onCompleted();

      assertThat(talk.completed.get(10, TimeUnit.SECONDS)).isTrue();
      assertThat(bench.unitsSeen()).isEqualTo(LoadGate.WORK);
    }
  }

  @Test
  void aSlowedStreamIsDrainedAsAnyOther() throws Exception {
    AtomicReference<CallControl> control = new AtomicReference<>();
    try (Bench bench = Bench.among(List.of(new Drain(control)), Settings.saturated(), ENFORCED)) {
      Talk talk = new Talk(bench);
      talk.say("hello");
      talk.answer();
      bench.unitsSeen();
      bench.gate.add(3 * LoadGate.WORK);
      talk.say("one");
      talk.answer();
      bench.clock.awaitTask(PACE, SOON);

      control.get().end(new Refusal(Refusal.Reason.DRAINING, "The server drains", null));

      assertThat(
              Refusal.reasonOf(Status.trailersFromThrowable(talk.failed.get(10, TimeUnit.SECONDS))))
          .isEqualTo(Refusal.Reason.DRAINING);
      assertThat(bench.unitsSeen()).as("besides the three").isEqualTo(4 * LoadGate.WORK);
      assertThat(bench.clock.waiting()).isZero();
    }
  }

  @Test
  void streamsTeachTheLimitNothing() throws Exception {
    try (Bench bench = Bench.inOrder(Settings.idle(), "initial-limit", "1")) {
      Talk talk = new Talk(bench);
      talk.say("hello");
      talk.answer();
      talk.requests.onCompleted();
      talk.completed.get(10, TimeUnit.SECONDS);
      bench.drain();

      assertThat(bench.gate.limit()).isEqualTo(1);
    }
  }

  /** Takes on three messages at once; the test answers them. */
  private static final class ThreeAtOnce extends EchoServiceGrpc.EchoServiceImplBase {
    private final Semaphore taken = new Semaphore(0);
    private volatile ServerCallStreamObserver<EchoResponse> answers;

    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> responses) {
      answers = (ServerCallStreamObserver<EchoResponse>) responses;
      answers.disableAutoRequest();
      answers.request(3);
      return new StreamObserver<>() {
        @Override
        public void onNext(EchoRequest request) {
          taken.release();
        }

        @Override
        public void onError(Throwable broken) {}

        @Override
        public void onCompleted() {}
      };
    }
  }

  /** Hands out how to end the streams, as a server that drains ends them. */
  private record Drain(AtomicReference<CallControl> control) implements ServerFeature {
    @Override
    public ServerStage stage() {
      return ServerStage.LIFECYCLE;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return call -> {
        control.compareAndSet(null, call.control());
        return null;
      };
    }
  }
}
