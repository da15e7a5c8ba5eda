package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.stream.ScriptedServer.Stream;
import io.grpcplatform.test.v1.NumberedRequest;
import io.grpcplatform.test.v1.NumberedResponse;
import io.grpcplatform.test.v1.NumberedServiceGrpc;
import io.grpcplatform.v1.Open;
import io.grpcplatform.v1.SessionFrame;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client's session, over loopback, with a server that says what the test lets it say. */
@Timeout(60)
final class ResumableSessionTest {

  private static final SessionLimits LIMITS =
      new SessionLimits(
          4,
          1000,
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofMillis(1),
          Duration.ofMillis(50),
          Duration.ofMinutes(1));

  private final HeardSession heard = new HeardSession();
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
    sessions = PlatformSessions.builder().limits(LIMITS).build();
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

  private static Status failure(CompletionStage<Void> stage) throws Exception {
    try {
      done(stage);
      throw new AssertionError("did not fail");
    } catch (ExecutionException failed) {
      return ((StatusRuntimeException) failed.getCause()).getStatus();
    }
  }

  @Test
  void opensWithItsIdAndTheFirstMessage() throws Exception {
    Open open = server.accept().open();

    assertThat(open.getSessionId()).isEqualTo(session.sessionId()).hasSizeBetween(1, 64);
    assertThat(open.getNextMessage()).isEqualTo(1);
    assertThat(open.getStream()).isEqualTo(1);
    assertThat(open.getSilenceLimitMillis()).isEqualTo(15_000);
    assertThat(session.live()).isFalse();
  }

  @Test
  void messagesGoOutNumberedAndAreDoneWhenAcknowledged() throws Exception {
    CompletionStage<Void> first = session.send(say("a"));
    CompletionStage<Void> second = session.send(say("b"));
    Stream stream = server.accept().opened();
    assertThat(stream.message(1).getText()).isEqualTo("a");
    assertThat(stream.message(2).getText()).isEqualTo("b");
    assertThat(session.unacknowledged()).isEqualTo(2);

    stream.acknowledge(1);

    done(first);
    assertThat(second.toCompletableFuture()).isNotDone();
    assertThat(session.unacknowledged()).isEqualTo(1);
    stream.acknowledge(2);
    done(second);
    heard.hears("opened");
    assertThat(session.live()).isTrue();
  }

  @Test
  void stagesAreDoneInOrderTheSessionsOwnLast() throws Exception {
    CountDownLatch mayGoOn = new CountDownLatch(1);
    List<String> order = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> first = session.send(say("a")).toCompletableFuture();
    CompletableFuture<Void> second = session.send(say("b")).toCompletableFuture();
    CompletableFuture<Void> completed = session.complete().toCompletableFuture();
    var blocked =
        first.thenRun(
            () -> {
              await(mayGoOn);
              order.add("a");
            });
    var unused = second.thenRun(() -> order.add("b"));
    var last = completed.thenRun(() -> order.add("completed"));
    Stream stream = server.accept().opened();
    stream.message(1);

    stream.acknowledge(1);
    stream.message(2);
    stream.finish(2);
    heard.hears("opened", "ended OK"); // so all of them are on their way

    assertThat(second).isNotDone();
    assertThat(completed).isNotDone();
    mayGoOn.countDown();
    done(blocked);
    done(last);
    assertThat(order).containsExactly("a", "b", "completed");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  void roomIsFoundThoughAStageIsHeldUp() throws Exception {
    CompletableFuture<Void> first = session.send(say("a")).toCompletableFuture();
    for (int i = 1; i < 4; i++) {
      session.send(say("x"));
    }
    CompletableFuture<Void> room = session.whenReady().toCompletableFuture();
    CompletableFuture<Void> waited = first.thenRun(room::join);
    Stream stream = server.accept().opened();
    stream.message(1);

    stream.acknowledge(1);

    done(waited);
  }

  @Test
  void answersAreToldInOrderAndAcknowledgedWhenHandled() throws Exception {
    CompletableFuture<Void> handling = new CompletableFuture<>();
    heard.handleNext(handling);
    CompletionStage<Void> sent = session.send(say("a"));
    Stream stream = server.accept().opened();
    stream.message(1);

    stream.answer(1, 1);
    stream.answer(1, 2);
    stream.acknowledge(1);
    done(sent); // so the second answer is here too
    heard.hears("opened", "1/1");
    assertThat(heard.silent()).isTrue();
    handling.complete(null);

    heard.hears("1/2");
    assertThat(stream.acknowledgement()).isEqualTo("1/2");
  }

  @Test
  void aMessageCarriesTheAcknowledgementOfAnAnswer() throws Exception {
    CompletableFuture<Void> handling = new CompletableFuture<>();
    heard.handleNext(handling);
    heard.handleNext(new CompletableFuture<>());
    CompletionStage<Void> sent = session.send(say("a"));
    Stream stream = server.accept().opened();
    stream.message(1);
    stream.answer(1, 1);
    stream.answer(1, 2);
    stream.acknowledge(1);
    done(
        sent); // so the second answer is here too, and nothing is acknowledged before it is handled
    heard.hears("opened", "1/1");
    handling.complete(null);
    heard.hears("1/2");

    session.send(say("b"));

    SessionFrame next = stream.message(2).getSession();
    assertThat(next.getAcknowledged().getAnswer()).isEqualTo(1);
  }

  @Test
  void aResetConnectionIsResumedWithWhatWasNotAcknowledged() throws Exception {
    CompletionStage<Void> first = session.send(say("a"));
    CompletionStage<Void> second = session.send(say("b"));
    Stream stream = server.accept().opened();
    stream.message(1);
    stream.message(2);
    stream.answer(1, 1);
    heard.hears("opened", "1/1");
    stream.acknowledge(1);
    done(first);

    proxy.reset();

    heard.hears("cut UNAVAILABLE");
    Stream next = server.accept();
    SessionFrame opening = next.frame();
    assertThat(opening.getOpen().getSessionId()).isEqualTo(session.sessionId());
    assertThat(opening.getOpen().getNextMessage()).isEqualTo(2);
    assertThat(opening.getOpen().getStream()).isEqualTo(2);
    assertThat(opening.getAcknowledged().getMessage()).isEqualTo(1);
    assertThat(opening.getAcknowledged().getAnswer()).isEqualTo(1);
    next.sayOpened(0);
    assertThat(next.message(2).getText()).isEqualTo("b");
    next.acknowledge(2);
    done(second);
    heard.hears("opened");
  }

  @Test
  void answersThatComeAgainAreToldOnce() throws Exception {
    session.send(say("a"));
    session.send(say("b"));
    Stream stream = server.accept().opened();
    stream.message(2 - 1);
    stream.message(2);
    stream.answer(1, 1);
    stream.answer(1, 2);
    heard.hears("opened", "1/1", "1/2");
    proxy.reset();

    Stream next = server.accept().opened();
    next.answer(1, 1);
    next.answer(1, 2);
    next.answer(2, 1);

    heard.hears("cut UNAVAILABLE", "opened", "2/1");
  }

  @Test
  void anAnswerThatCannotBeHandledCutsTheStreamAndComesAgain() throws Exception {
    heard.handleNext(CompletableFuture.failedFuture(new IllegalStateException("not today")));
    session.send(say("a"));
    Stream stream = server.accept().opened();
    stream.message(1);
    stream.answer(1, 1);
    stream.answer(1, 2);

    heard.hears("opened", "1/1", "cut ABORTED");
    assertThat(stream.end()).isNotNull();
    Stream next = server.accept();
    assertThat(next.frame().hasAcknowledged()).isFalse();
    next.sayOpened(1);
    next.answer(1, 1);
    next.answer(1, 2);
    heard.hears("opened", "1/1", "1/2");
  }

  @Test
  void aFullBufferRefusesAndSaysWhenThereIsRoom() throws Exception {
    Stream stream = server.accept().opened();
    for (int i = 0; i < 4; i++) {
      session.send(say("x"));
    }

    assertThatThrownBy(() -> session.send(say("x")))
        .isInstanceOf(ReplayBufferFullException.class)
        .hasMessageContaining("4 messages, of together 12 bytes")
        .hasMessageContaining("4 messages, platform.stream.session.replay.messages")
        .hasMessageContaining("1000 bytes, platform.stream.session.replay.bytes");
    CompletionStage<Void> room = session.whenReady();
    assertThat(room.toCompletableFuture()).isNotDone();
    stream.message(1);
    stream.acknowledge(1);

    done(room);
    session.send(say("x"));
    assertThat(session.unacknowledged()).isEqualTo(4);
  }

  @Test
  void completesOnceEverythingIsAcknowledged() throws Exception {
    CompletionStage<Void> sent = session.send(say("a"));
    CompletionStage<Void> completed = session.complete();
    Stream stream = server.accept().opened();
    stream.message(1);
    assertThat(stream.frame().hasClose()).isTrue();

    stream.finish(1);

    done(sent);
    done(completed);
    heard.hears("opened", "ended OK");
    assertThatThrownBy(() -> session.send(say("b")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was completed");
  }

  @Test
  void completesThoughTheStreamIsCutMeanwhile() throws Exception {
    CompletionStage<Void> sent = session.send(say("a"));
    CompletionStage<Void> completed = session.complete();
    Stream stream = server.accept().opened();
    stream.message(1);
    assertThat(stream.frame().hasClose()).isTrue();
    proxy.reset();

    Stream next = server.accept().opened();
    next.message(1);
    assertThat(next.frame().hasClose()).isTrue();
    next.finish(1);

    done(sent);
    done(completed);
    heard.hears("opened", "cut UNAVAILABLE", "opened", "ended OK");
  }

  @Test
  void aCancelEndsTheStreamAndFailsWhatWasNotAcknowledged() throws Exception {
    CompletionStage<Void> sent = session.send(say("a"));
    Stream stream = server.accept().opened();
    stream.message(1);

    session.cancel("enough");

    assertThat(failure(sent).getCode()).isEqualTo(Status.Code.CANCELLED);
    assertThat(failure(session.complete()).getDescription()).isEqualTo("enough");
    assertThat(stream.end()).isNotNull();
    heard.hears("opened", "ended CANCELLED");
    assertThatThrownBy(() -> session.send(say("b"))).hasMessageContaining("cancelled: enough");
    done(session.whenReady());
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {
        "INVALID_ARGUMENT",
        "FAILED_PRECONDITION",
        "UNIMPLEMENTED",
        "PERMISSION_DENIED",
        "UNAUTHENTICATED",
        "NOT_FOUND",
        "OUT_OF_RANGE",
        "ALREADY_EXISTS",
        "DATA_LOSS"
      })
  void aFinalCodeEndsTheSession(Status.Code code) throws Exception {
    CompletionStage<Void> sent = session.send(say("a"));
    Stream stream = server.accept().opened();
    stream.message(1);

    stream.fail(code.toStatus().withDescription("no"));

    assertThat(failure(sent).getCode()).isEqualTo(code);
    heard.hears("opened", "ended " + code);
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {
        "CANCELLED",
        "UNKNOWN",
        "DEADLINE_EXCEEDED",
        "RESOURCE_EXHAUSTED",
        "ABORTED",
        "INTERNAL",
        "UNAVAILABLE"
      })
  void everyOtherCodeIsACut(Status.Code code) throws Exception {
    session.send(say("a"));
    Stream stream = server.accept().opened();
    stream.message(1);

    stream.fail(code.toStatus());

    heard.hears("opened", "cut " + code);
    server.accept().opened().message(1);
  }

  @Test
  void aStreamThatCompletesByItselfIsACut() throws Exception {
    session.send(say("a"));
    Stream stream = server.accept().opened();

    stream.complete();

    heard.hears("opened", "cut OK");
    server.accept().opened().message(1);
  }

  @Test
  void aServerThatKnowsNoSessionsEndsIt() throws Exception {
    CompletionStage<Void> sent = session.send(say("a"));
    Stream stream = server.accept();

    stream.say(SessionFrame.newBuilder());

    assertThat(failure(sent).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    heard.hears("ended UNIMPLEMENTED");
  }
}
