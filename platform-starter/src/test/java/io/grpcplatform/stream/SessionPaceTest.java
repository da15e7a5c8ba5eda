package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whatever the client does, an instance keeps a bounded part of its session. */
final class SessionPaceTest {

  private static final String ID = "6f1c4e0a-0004";
  private static final int QUARTER_MEGABYTE = 1 << 18;
  private static final long MOST_HEAP = 64L << 20;

  private static SessionLimits keeping(int messages, long bytes) {
    SessionLimits standard = SessionLimits.STANDARD;
    return new SessionLimits(
        messages,
        bytes,
        standard.heartbeat(),
        standard.silenceLimit(),
        standard.reopenFirst(),
        standard.reopenLongest(),
        standard.keep());
  }

  private static NumberedServer serving(Answering handler, SessionLimits limits) throws Exception {
    return new NumberedServer(handler, limits, CallClock.system());
  }

  /** Says how many messages have come to it. */
  private static final class Counting extends Answering {
    final Semaphore began = new Semaphore(0);

    @Override
    public CompletionStage<?> message(
        NumberedRequest message, SessionAnswers<NumberedResponse> answers) {
      CompletionStage<?> done = super.message(message, answers);
      began.release();
      return done;
    }

    void await(int messages) throws InterruptedException {
      assertThat(began.tryAcquire(messages, 30, TimeUnit.SECONDS)).as("came").isTrue();
    }
  }

  @Test
  void handlesNoMoreWhileTooManyAnswersAreUnacknowledged() throws Exception {
    Counting handler = new Counting();
    try (NumberedServer server = serving(handler, keeping(4, 1 << 20))) {
      ScriptedClient client = server.stream();
      client.open(ID, 1, 1);

      LongStream.rangeClosed(1, 7).forEach(number -> client.send(number, 1));
      handler.await(4);
      assertThat(client.answer()).isEqualTo("1/1 m1.1");
      client.acknowledge(1, 1); // behind the messages that wait
      client.acknowledged(1);
      handler.await(1);

      assertThat(handler.handled).containsExactly("m1", "m2", "m3", "m4", "m5");
      client.acknowledge(5, 1);
      client.acknowledged(5);
      handler.await(2);
      client.acknowledge(7, 1);
      client.acknowledged(7);
      assertThat(handler.handled).hasSize(7);
    }
  }

  @Test
  void aClientThatOnlySendsIsCutAndGoesOnWithItsAcknowledgement() throws Exception {
    Counting handler = new Counting();
    try (NumberedServer server = serving(handler, keeping(4, 1 << 20))) {
      ScriptedClient first = server.stream();
      first.open(ID, 1, 1);
      LongStream.rangeClosed(1, 9).forEach(number -> first.send(number, 1));

      Status status = first.ended();
      ScriptedClient second = server.stream();
      second.frame(ScriptedClient.opening(ID, 1, 2).setAcknowledged(ScriptedClient.at(4, 1)));
      LongStream.rangeClosed(1, 8).forEach(number -> second.send(number, 1));

      assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(status.getDescription()).contains("5 messages", "limits: 4 messages");
      assertThat(second.answer()).isEqualTo("5/1 m5.1");
      handler.await(8);
      assertThat(handler.handled).hasSize(8).doesNotHaveDuplicates();
    }
  }

  @Test
  void answersForAReaderThatDoesNotReadAreBounded() throws Exception {
    Counting handler = new Counting();
    try (NumberedServer server = serving(handler, keeping(1024, 4 << 20))) {
      ScriptedClient client = new ScriptedClient(server.channel(), 1);
      client.open(ID, 1, 1);
      long before = Heap.used();

      for (int number = 1; number <= 20; number++) {
        client.send(number, 1, QUARTER_MEGABYTE);
      }
      handler.await(16); // four megabytes

      assertThat(Heap.used() - before).isLessThan(MOST_HEAP);
      assertThat(handler.handled).hasSize(16);
      client.read(1000);
      for (int number = 1; number <= 20; number++) {
        assertThat(client.answer()).isEqualTo(number + "/1 m" + number + ".1");
        client.acknowledge(number, 1);
      }
    }
  }

  @Test
  void aPlainClientThatDoesNotReadIsNotRead() throws Exception {
    Counting handler = new Counting();
    try (NumberedServer server = serving(handler, SessionLimits.STANDARD)) {
      ScriptedClient client = new ScriptedClient(server.channel(), 0);
      for (int number = 1; number <= 200; number++) {
        client.plain("p" + number, QUARTER_MEGABYTE, 1);
      }
      handler.await(1);

      for (int number = 1; number <= 200; number++) {
        assertThat(handler.handled.size() - number).isLessThan(16);
        client.read(1);
        assertThat(client.next().getText()).isEqualTo("p" + number + ".1");
      }
      client.halfClose();
      assertThat(client.ended()).isEqualTo(Status.OK);
    }
  }

  @Test
  void sessionsWithoutStreamAreForgottenTheOldestFirst() {
    IdleSessions idle = new IdleSessions(() -> SessionLimits.STANDARD);
    for (int session = 0; session <= 10_000; session++) {
      idle.add("s" + session, 0, session);
    }

    assertThat(idle.over(10_001)).containsExactly("s0");
    idle.add("large", 32 << 20, 10_002);
    assertThat(idle.over(10_002)).containsExactly("s1");
    idle.add("larger", (32 << 20) + 1, 10_003);
    assertThat(idle.over(10_003)).hasSize(10_000).endsWith("s10000", "large");
    idle.remove("larger");
    assertThat(idle.nextNanos(10_003)).isNegative();
  }

  @Test
  void aMessageInWorkIsTheOnlyOne() throws Exception {
    CompletableFuture<Void> first = new CompletableFuture<>();
    Semaphore began = new Semaphore(0);
    Answering handler =
        new Answering() {
          @Override
          public CompletionStage<?> message(
              NumberedRequest message, SessionAnswers<NumberedResponse> answers) {
            var unused = super.message(message, answers);
            began.release();
            return message.getText().equals("m1") ? first : CompletableFuture.completedFuture(null);
          }
        };
    try (NumberedServer server = serving(handler, SessionLimits.STANDARD)) {
      ScriptedClient client = server.stream();
      client.open(ID, 1, 1);
      client.send(1, 1);
      client.send(2, 1);
      assertThat(client.answer()).isEqualTo("1/1 m1.1");

      List<String> meanwhile = List.copyOf(handler.handled);
      first.complete(null);

      assertThat(client.answer()).isEqualTo("2/1 m2.1");
      assertThat(meanwhile).containsExactly("m1");
    }
  }

  @Test
  void directExecutorsOnBothSidesLockNobodyOut() throws Exception {
    Answering handler = new Answering();
    ServingTerms terms =
        new ServingTerms(
            () -> SessionLimits.STANDARD,
            CallClock.system(),
            new DrainSignal(),
            SessionWatch.NONE,
            "");
    var sessions = ServedSessions.of(NumberedServiceGrpc.getProcessMethod(), handler, terms);
    Server server =
        InProcessServerBuilder.forName("direct-sessions")
            .directExecutor()
            .addService(
                new NumberedServiceGrpc.NumberedServiceImplBase() {
                  @Override
                  public StreamObserver<NumberedRequest> process(
                      StreamObserver<NumberedResponse> answers) {
                    return sessions.stream(answers);
                  }
                })
            .build()
            .start();
    ManagedChannel channel =
        InProcessChannelBuilder.forName("direct-sessions").directExecutor().build();
    try {
      ScriptedClient client = new ScriptedClient(channel);
      client.open(ID, 1, 1);
      CompletableFuture.runAsync(
              () -> LongStream.rangeClosed(1, 2000).forEach(number -> client.send(number, 1)))
          .orTimeout(Duration.ofSeconds(10).toMillis(), TimeUnit.MILLISECONDS);
      for (int number = 1; number <= 2000; number++) {
        assertThat(client.answer()).isEqualTo(number + "/1 m" + number + ".1");
        if (number % 500 == 0) {
          client.acknowledge(number, 1);
        }
      }
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }
}
