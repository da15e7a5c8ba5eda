package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallKey;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The limits of streams over loopback, on a clock that the test owns. */
final class StreamDeadlineTest {

  private static final Duration TICK = Duration.ofMillis(1);

  private final ManualClock clock = new ManualClock();
  private final SeenDeadline wire = new SeenDeadline();
  private volatile double drawn = 0.5;
  private final RandomGenerator random =
      new RandomGenerator() {
        @Override
        public long nextLong() {
          throw new AssertionError("only nextDouble is drawn");
        }

        @Override
        public double nextDouble() {
          return drawn;
        }
      };
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private Loopback loopback;

  @AfterEach
  void stop() throws InterruptedException {
    timer.shutdownNow();
    if (loopback != null) {
      loopback.close();
    }
  }

  private ManagedChannel client(String... settings) throws Exception {
    loopback = Loopback.serving(new EchoBehaviour());
    return loopback.channel(Stages.client(Settings.of(settings), clock, random), wire);
  }

  private ManagedChannel bareClientOf(String... settings) throws Exception {
    loopback =
        Loopback.serving(new EchoBehaviour(), Stages.server(Settings.of(settings), clock, random));
    return loopback.channel();
  }

  @Test
  void theDefaultDeadlineDoesNotTouchStreams() throws Exception {
    Conversation stream = new Conversation(client());

    stream.exchange("hello");

    assertThat(wire.last()).isNull();
    clock.advance(Duration.ofHours(1));
    stream.exchange("still here");
    stream.cancel();
  }

  @Test
  void aMethodDeadlineDoesNotTouchStreamsEither() throws Exception {
    Conversation stream =
        new Conversation(client("methods[platform.test.v1.EchoService/Bidi]", "1s"));

    stream.exchange("hello");

    assertThat(wire.last()).isNull();
    stream.cancel();
  }

  @Test
  void aStreamThatNeverOpensIsGivenUp() throws Exception {
    Conversation stream = new Conversation(client());
    stream.say("silence");

    clock.advance(Duration.ofSeconds(5).minus(TICK));
    assertThat(stream.live()).isTrue();
    clock.advance(TICK);

    assertThat(stream.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(stream.reason()).isEqualTo(Refusal.Reason.OPEN_TIMEOUT);
    assertThat(stream.status().getDescription())
        .isEqualTo("No headers and no message for 5000 ms (platform.deadline.stream.open-timeout)");
  }

  @Test
  void anOpenedStreamHasNoTimerLeft() throws Exception {
    Conversation stream = new Conversation(client());
    stream.exchange("hello");

    clock.advance(Duration.ofSeconds(5));

    assertThat(clock.waiting()).isZero();
    stream.exchange("still here");
    stream.cancel();
  }

  @Test
  void aStreamThatEndsTakesItsTimerBack() throws Exception {
    Conversation stream = new Conversation(client("stream.idle-timeout", "1m"));
    stream.exchange("hello");
    assertThat(clock.waiting()).isEqualTo(1);

    stream.cancel();

    assertThat(stream.status().getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(clock.waiting()).isZero();
  }

  @Test
  void aSilentStreamIsEndedAsIdle() throws Exception {
    Conversation stream =
        new Conversation(
            client("stream.methods[platform.test.v1.EchoService/*].idle-timeout", "1m"));
    stream.exchange("one");
    clock.advance(Duration.ofSeconds(59));
    stream.exchange("two");

    clock.advance(Duration.ofSeconds(60).minus(TICK));
    assertThat(stream.live()).isTrue();
    clock.advance(TICK);

    assertThat(stream.reason()).isEqualTo(Refusal.Reason.STREAM_IDLE);
    assertThat(stream.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(stream.status().getDescription())
        .contains("platform.deadline.stream.methods[platform.test.v1.EchoService/*].idle-timeout");
  }

  @Test
  void whatOnlyTheClientSendsKeepsAStreamAlive() throws Exception {
    ManagedChannel channel = client("stream.idle-timeout", "1m", "stream.open-timeout", "0s");
    Conversation stream = new Conversation(channel);

    for (int i = 0; i < 4; i++) {
      clock.advance(Duration.ofSeconds(59));
      stream.say("silence");
    }

    assertThat(stream.live()).isTrue();
    clock.advance(Duration.ofSeconds(60));
    assertThat(stream.reason()).isEqualTo(Refusal.Reason.STREAM_IDLE);
  }

  @Test
  void anOldStreamIsToldToMove() throws Exception {
    Conversation stream = new Conversation(client("stream.max-age", "10m"));
    stream.exchange("hello");

    clock.advance(Duration.ofMinutes(10).minus(TICK));
    assertThat(stream.live()).isTrue();
    clock.advance(TICK);

    assertThat(stream.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(stream.reason()).isEqualTo(Refusal.Reason.STREAM_MAX_AGE);
    assertThat(stream.status().getDescription())
        .isEqualTo(
            "The stream is as old as it may get, a tenth more or less than 600000 ms"
                + " (platform.deadline.stream.max-age)");
  }

  @Test
  void ageStraysATenthToEitherSide() throws Exception {
    ManagedChannel channel = client("stream.max-age", "10m");
    drawn = 0;
    Conversation youngest = new Conversation(channel);
    drawn = Math.nextDown(1);
    Conversation oldest = new Conversation(channel);
    youngest.exchange("hello");
    oldest.exchange("hello");

    clock.advance(Duration.ofMinutes(9));
    assertThat(youngest.reason()).isEqualTo(Refusal.Reason.STREAM_MAX_AGE);
    clock.advance(Duration.ofMinutes(2).minus(TICK));
    assertThat(oldest.live()).isTrue();
    clock.advance(TICK);

    assertThat(oldest.reason()).isEqualTo(Refusal.Reason.STREAM_MAX_AGE);
  }

  @Test
  void drawnAgesFillTheWholeRange() {
    StreamLimits limits =
        Settings.of("stream.max-age", "10m").streamLimits(key(), MethodPolicy.NONE);
    RandomGenerator seeded = new Random(7);
    List<Long> ages = new ArrayList<>();

    for (int i = 0; i < 10_000; i++) {
      ages.add(limits.drawAge(seeded));
    }

    long minute = Duration.ofMinutes(1).toNanos();
    assertThat(ages).allMatch(age -> age >= 9 * minute && age < 11 * minute);
    assertThat(ages).anyMatch(age -> age < 9 * minute + minute / 10);
    assertThat(ages).anyMatch(age -> age > 11 * minute - minute / 10);
  }

  private static CallKey key() {
    return new CallKey("payment", "shop.v1.Shop", "Watch");
  }

  @Test
  void aServerEndsSilentStreamsOfBareClients() throws Exception {
    Conversation stream = new Conversation(bareClientOf("stream.idle-timeout", "1m"));
    stream.exchange("hello");

    clock.advance(Duration.ofSeconds(60));

    assertThat(stream.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(stream.reason()).isEqualTo(Refusal.Reason.STREAM_IDLE);
  }

  @Test
  void aServerEndsOldStreamsOfBareClients() throws Exception {
    Conversation stream = new Conversation(bareClientOf("stream.max-age", "1h"));
    stream.exchange("hello");

    clock.advance(Duration.ofMinutes(60));

    assertThat(stream.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(stream.reason()).isEqualTo(Refusal.Reason.STREAM_MAX_AGE);
  }

  @Test
  void aServerHasNoOpenTimeoutNorUnaryLimits() throws Exception {
    Conversation stream =
        new Conversation(bareClientOf("server.default", "1s", "server.max", "1s"));
    stream.exchange("hello");

    clock.advance(Duration.ofHours(1));

    stream.exchange("still here");
    stream.cancel();
  }

  @Test
  void aStreamKeepsTheDeadlineOfItsCallersContext() throws Exception {
    // Given a handler that tells the deadline it was given.
    BlockingQueue<Deadline> given = new ArrayBlockingQueue<>(1);
    loopback =
        Loopback.serving(
            new EchoServiceGrpc.EchoServiceImplBase() {
              @Override
              public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
                given.add(Context.current().getDeadline());
                return new EchoBehaviour().bidi(response);
              }
            });
    ManagedChannel channel = loopback.channel(Stages.client(Settings.of(), clock, random));
    Context.CancellableContext inbound =
        Context.current().withDeadlineAfter(30, TimeUnit.SECONDS, timer);

    Conversation stream = Conversation.in(inbound, channel);

    assertThat(given.poll(10, TimeUnit.SECONDS).timeRemaining(TimeUnit.SECONDS)).isBetween(1L, 30L);
    inbound.cancel(null);
    assertThat(stream.status().getCode()).isEqualTo(Status.Code.CANCELLED);
  }
}
