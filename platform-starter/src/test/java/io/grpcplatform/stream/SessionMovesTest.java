package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.stream.ScriptedServer.Stream;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import io.grpcplatform.testing.ManualClock;
import io.grpcplatform.v1.Open;
import io.grpcplatform.v1.Opened;
import io.grpcplatform.v1.SessionFrame;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a client's session goes from stream to stream, with a time of the test's own. */
@Timeout(60)
final class SessionMovesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration HEARTBEAT = Duration.ofMillis(1010);
  private static final Duration SILENCE = Duration.ofMillis(3050);
  private static final SessionLimits LIMITS =
      new SessionLimits(
          16,
          1000,
          HEARTBEAT,
          SILENCE,
          Duration.ofMillis(1),
          Duration.ofMillis(40),
          Duration.ofMinutes(1));

  /** Every pause is as long as it may be. */
  private static final class Longest implements RandomGenerator {
    @Override
    public long nextLong() {
      return 7;
    }

    @Override
    public long nextLong(long bound) {
      return bound - 1;
    }
  }

  private final HeardSession heard = new HeardSession();
  private final ManualClock clock = new ManualClock();
  private ScriptedServer server;
  private CuttingProxy proxy;
  private ManagedChannel channel;
  private PlatformSessions sessions;
  private ResumableStream<NumberedRequest, NumberedResponse> session;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    proxy = new CuttingProxy(server.port());
    channel = NettyChannelBuilder.forAddress("127.0.0.1", proxy.port()).usePlaintext().build();
    sessions = PlatformSessions.builder().limits(LIMITS).clock(clock).random(new Longest()).build();
    session = sessions.open(channel, NumberedServiceGrpc.getProcessMethod(), heard);
  }

  @AfterEach
  void stop() throws Exception {
    sessions.close();
    channel.shutdownNow();
    proxy.close();
    server.close();
  }

  private static NumberedRequest say(String text) {
    return NumberedRequest.newBuilder().setText(text).build();
  }

  private static void done(CompletionStage<Void> stage) throws Exception {
    stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /** Lets a pause pass that the session makes now. */
  private void pass(Duration pause) throws InterruptedException {
    clock.awaitTask(pause, PATIENCE);
    clock.advance(pause);
  }

  private Stream live() throws Exception {
    Stream stream = server.accept().opened();
    heard.hears("opened");
    return stream;
  }

  @Test
  void aSilentClientSendsHeartbeats() throws Exception {
    Stream stream = live();

    pass(HEARTBEAT);

    assertThat(stream.frame().hasHeartbeat()).isTrue();
    pass(HEARTBEAT);
    assertThat(stream.frame().hasHeartbeat()).isTrue();
  }

  @Test
  void heartbeatsComeThreeTimesInTheServersLimit() throws Exception {
    Stream stream = server.accept();
    stream.open();

    stream.say(SessionFrame.newBuilder().setOpened(Opened.newBuilder().setSilenceLimitMillis(600)));

    heard.hears("opened");
    pass(Duration.ofMillis(200));
    assertThat(stream.frame().hasHeartbeat()).isTrue();
  }

  @Test
  void aSilentServerIsLeftOverAnotherConnection() throws Exception {
    CompletionStage<Void> sent = session.send(say("a"));
    Stream stream = live();
    stream.message(1);
    proxy.swallow();

    for (int i = 0; i < 3; i++) {
      pass(HEARTBEAT);
    }
    pass(SILENCE.minus(HEARTBEAT.multipliedBy(3)));

    heard.hears("cut UNAVAILABLE");
    pass(Duration.ofMillis(1));
    Stream next = live();
    next.message(1);
    next.acknowledge(1);
    done(sent);
    assertThat(proxy.accepted()).isEqualTo(2);
  }

  @Test
  void aServerThatSaysSomethingInTimeIsKept() throws Exception {
    Stream stream = live();
    for (int i = 0; i < 10; i++) {
      pass(HEARTBEAT);
      stream.frame();
      stream.heartbeat();
      exchange(stream, i + 1);
    }

    assertThat(heard.silent()).isTrue();
    assertThat(server.waiting()).isZero();
  }

  private void exchange(Stream stream, long number) throws Exception {
    CompletionStage<Void> sent = session.send(say("x"));
    stream.message(number);
    stream.acknowledge(number);
    done(sent);
  }

  @Test
  void aListenerThatTakesLongIsNoSilenceOfTheServer() throws Exception {
    CompletableFuture<Void> handling = new CompletableFuture<>();
    heard.handleNext(handling);
    Stream stream = live();
    exchange(stream, 1);
    for (int i = 1; i <= 40; i++) {
      stream.answer(1, i);
    }
    heard.hears("1/1");
    // As many as may come are here: nothing more is asked for.
    stream.acknowledge(1);

    for (int i = 0; i < 9; i++) {
      pass(HEARTBEAT);
      stream.frame();
    }

    handling.complete(null);
    for (int i = 2; i <= 40; i++) {
      heard.hears("1/" + i);
    }
    assertThat(heard.silent()).isTrue();
  }

  @Test
  void aMoveOpensTheNextStreamWhileThisOneWorks() throws Exception {
    Stream stream = live();
    exchange(stream, 1);
    CompletionStage<Void> second = session.send(say("b"));
    stream.message(2);

    stream.move();

    Stream next = server.accept();
    Open open = next.open();
    assertThat(open.getStream()).isEqualTo(2);
    assertThat(open.getNextMessage()).isEqualTo(2);
    assertThat(session.live()).isTrue();
    stream.acknowledge(2); // the old one works on
    done(second);
    CompletionStage<Void> third = session.send(say("c"));
    stream.message(3);
    next.sayOpened(0);
    heard.hears("opened");
    next.message(2); // what the stream has announced, though it is acknowledged meanwhile
    next.message(3);
    assertThat(stream.end()).isNotNull();
    next.acknowledge(3);
    done(third);
    assertThat(session.unacknowledged()).isZero();
    assertThat(heard.silent()).isTrue();
  }

  /** The old stream acknowledges everything, which the next has announced all the same. */
  private CompletableFuture<Void> roomWithAllAcknowledged(Stream stream) throws Exception {
    stream.acknowledge(16);
    stream.answer(16, 1);
    heard.hears("16/1"); // so the acknowledgement is here too
    assertThat(session.unacknowledged()).isZero();
    return session.whenReady().toCompletableFuture();
  }

  /** A stream that has had as many messages as may be kept. */
  private Stream full() throws Exception {
    for (int i = 1; i <= 16; i++) {
      session.send(say("x"));
    }
    Stream stream = live();
    for (int i = 1; i <= 16; i++) {
      stream.message(i);
    }
    return stream;
  }

  @Test
  void thereIsRoomOnceTheNextStreamHasHadWhatItAnnounced() throws Exception {
    Stream stream = full();
    stream.move();
    Stream next = server.accept();
    next.open();
    CompletableFuture<Void> room = roomWithAllAcknowledged(stream);
    assertThat(room).isNotDone();

    next.sayOpened(0);
    next.message(1);
    next.acknowledge(16);

    done(room);
  }

  @Test
  void thereIsRoomOnceTheNextStreamIsNotOpened() throws Exception {
    Stream stream = full();
    stream.move();
    Stream next = server.accept();
    next.open();
    CompletableFuture<Void> room = roomWithAllAcknowledged(stream);
    assertThat(room).isNotDone();

    next.fail(Status.UNAVAILABLE);

    done(room);
  }

  @Test
  void aMoveThatFailsKeepsTheOldStreamAndIsTriedAgain() throws Exception {
    Stream stream = live();
    stream.move();
    Stream refused = server.accept();
    refused.open();

    refused.fail(Status.UNIMPLEMENTED); // not even a last code ends what works

    exchange(stream, 1);
    pass(Duration.ofMillis(1));
    Stream next = server.accept();
    assertThat(next.open().getStream()).isEqualTo(3);
    next.sayOpened(0);
    heard.hears("opened");
    assertThat(stream.end()).isNotNull();
    exchange(next, 2);
  }

  @Test
  void theOldStreamMayEndBeforeTheMoveIsDone() throws Exception {
    Stream stream = live();
    CompletionStage<Void> sent = session.send(say("a"));
    stream.message(1);
    stream.move();
    Stream next = server.accept();
    next.open();

    stream.fail(Status.UNAVAILABLE);

    heard.hears("cut UNAVAILABLE");
    next.sayOpened(0);
    heard.hears("opened");
    next.message(1);
    next.acknowledge(1);
    done(sent);
    assertThat(server.waiting()).isZero();
  }

  @Test
  void aRefusedConnectionIsTriedUntilItWorks() throws Exception {
    CompletionStage<Void> sent = session.send(say("a"));
    live().message(1);
    proxy.refuse();
    heard.hears("cut UNAVAILABLE");
    pass(Duration.ofMillis(1));
    pass(Duration.ofMillis(2));
    pass(Duration.ofMillis(4));

    proxy.listen();

    pass(Duration.ofMillis(8));
    Stream next = live();
    next.message(1);
    next.acknowledge(1);
    done(sent);
  }

  @Test
  void pausesGrowToTheLongestUntilSomethingIsAcknowledged() throws Exception {
    session.send(say("a"));
    Stream stream = live();
    for (int pause : new int[] {1, 2, 4, 8, 16, 32, 40, 40}) {
      stream.fail(Status.UNAVAILABLE);
      heard.hears("cut UNAVAILABLE");
      pass(Duration.ofMillis(pause));
      stream = live();
    }

    stream.message(1);
    stream.acknowledge(1);
    exchange(stream, 2);
    stream.fail(Status.UNAVAILABLE);

    heard.hears("cut UNAVAILABLE");
    pass(Duration.ofMillis(1));
    live();
  }

  @Test
  void whoeverKnowsBetterGoesToAnotherStream() throws Exception {
    CompletionStage<Void> sent = session.send(say("a"));
    Stream stream = live();
    stream.message(1);

    session.reopen("this one is slow");

    heard.hears("cut CANCELLED");
    assertThat(stream.end()).isNotNull();
    pass(Duration.ofMillis(1));
    Stream next = live();
    next.message(1);
    next.acknowledge(1);
    done(sent);
  }

  @Test
  void aStreamGoesOnAfterGoAwayUntilItIsCut() throws Exception {
    Stream stream = live();
    server.goAway();
    exchange(stream, 1);
    try (ScriptedServer other = new ScriptedServer()) {
      proxy.leadTo(other.port());

      stream.fail(Status.UNAVAILABLE);

      heard.hears("cut UNAVAILABLE");
      pass(Duration.ofMillis(1));
      Stream next = other.accept().opened();
      heard.hears("opened");
      exchange(next, 2);
    }
  }

  @Test
  void anAttemptThatNobodyAnswersGoesOverAnotherConnection() throws Exception {
    Stream stream = server.accept();
    stream.open();

    pass(SILENCE);

    assertThat(stream.end()).isNotNull();
    pass(Duration.ofMillis(1));
    live();
    assertThat(proxy.accepted()).isEqualTo(2);
  }

  @Test
  void aChannelThatIsShutDownEndsTheSession() throws Exception {
    CompletionStage<Void> sent = session.send(say("a"));
    live().message(1);

    channel.shutdownNow();

    heard.hears("cut UNAVAILABLE", "ended UNAVAILABLE");
    // Stages are completed on the executor, in their order.
    assertThat(sent.toCompletableFuture())
        .failsWithin(Duration.ofSeconds(10))
        .withThrowableOfType(ExecutionException.class);
  }
}
