package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.Loopback;
import io.grpcplatform.Refusal;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.testing.ManualClock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The time that a request of a stream may wait for its answer, on a clock that the test owns. */
final class MessageTimeoutTest {

  private static final String METHOD = "stream.methods[platform.test.v1.EchoService/Bidi]";

  private static final MessageCorrelation BY_TEXT =
      MessageCorrelation.of(
          EchoServiceGrpc.getBidiMethod(), EchoRequest::getText, EchoResponse::getText);

  private final ManualClock clock = new ManualClock();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private Loopback loopback;

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  /** Echoes every word but "silence". */
  private final class Handler extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public StreamObserver<EchoRequest> bidi(StreamObserver<EchoResponse> response) {
      return new StreamObserver<>() {
        @Override
        public void onNext(EchoRequest request) {
          heard.add(request.getText());
          if (!request.getText().equals("silence")) {
            response.onNext(EchoResponse.newBuilder().setText(request.getText()).build());
          }
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {
          response.onCompleted();
        }
      };
    }
  }

  private Conversation open(MessageCorrelation correlation, String... settings) throws Exception {
    loopback = Loopback.serving(new Handler());
    return new Conversation(
        loopback.channel(Stages.client(Settings.of(settings), clock, new Random(7), correlation)));
  }

  /** Says a word that the server has heard when this returns. */
  private void saidAndHeard(Conversation stream, String word) throws InterruptedException {
    stream.say(word);
    String next;
    do {
      next = heard.poll(10, TimeUnit.SECONDS);
    } while (next != null && !next.equals(word));
    assertThat(next).isEqualTo(word);
  }

  @Test
  void aRequestWithoutAnswerEndsTheStream() throws Exception {
    Conversation stream = open(BY_TEXT, METHOD + ".message-timeout", "2s");
    stream.exchange("hello");
    saidAndHeard(stream, "silence");

    clock.advance(Duration.ofMillis(1_999));
    assertThat(stream.live()).isTrue();
    clock.advance(Duration.ofMillis(1));

    assertThat(stream.reason()).isEqualTo(Refusal.Reason.STREAM_IDLE);
    assertThat(stream.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(stream.status().getDescription())
        .isEqualTo(
            "A request had no answer for 2000 ms (platform.deadline."
                + METHOD
                + ".message-timeout)");
  }

  @Test
  void otherAnswersDoNotHelpTheOneThatWaits() throws Exception {
    Conversation stream = open(BY_TEXT, "stream.message-timeout", "2s");
    saidAndHeard(stream, "silence");
    clock.advance(Duration.ofSeconds(1));
    stream.exchange("hello");

    clock.advance(Duration.ofSeconds(1));

    assertThat(stream.reason()).isEqualTo(Refusal.Reason.STREAM_IDLE);
  }

  @Test
  void anAnsweredStreamMayBeSilentForEver() throws Exception {
    Conversation stream = open(BY_TEXT, "stream.message-timeout", "2s");
    for (int i = 0; i < 5; i++) {
      stream.exchange("hello " + i);
      clock.advance(Duration.ofMillis(1_500));
    }

    clock.advance(Duration.ofHours(1));

    stream.exchange("still here");
    stream.cancel();
  }

  @Test
  void aRequestThatExpectsNoAnswerIsNotWaitedFor() throws Exception {
    MessageCorrelation noted =
        MessageCorrelation.of(
            EchoServiceGrpc.getBidiMethod(),
            request -> request.getText().equals("silence") ? null : request.getText(),
            EchoResponse::getText);
    Conversation stream = open(noted, "stream.message-timeout", "2s");
    stream.exchange("hello");
    saidAndHeard(stream, "silence");

    clock.advance(Duration.ofHours(1));

    stream.exchange("still here");
    stream.cancel();
  }

  @Test
  void withoutACorrelationTheLimitHasNoEffect() throws Exception {
    loopback = Loopback.serving(new Handler());
    Conversation stream =
        new Conversation(
            loopback.channel(
                Stages.client(
                    Settings.of(METHOD + ".message-timeout", "2s"), clock, new Random(7))));
    stream.exchange("hello");
    saidAndHeard(stream, "silence");

    clock.advance(Duration.ofHours(1));

    stream.exchange("still here");
    stream.cancel();
  }

  @Test
  void aServerEndsAStreamThatItsHandlerLeavesUnanswered() throws Exception {
    loopback =
        Loopback.serving(
            new Handler(),
            Stages.server(
                Settings.of("stream.message-timeout", "2s"), clock, new Random(7), BY_TEXT));
    Conversation stream = new Conversation(loopback.channel());
    stream.exchange("hello");
    saidAndHeard(stream, "silence");

    clock.advance(Duration.ofSeconds(2));

    assertThat(stream.reason()).isEqualTo(Refusal.Reason.STREAM_IDLE);
  }

  @Test
  void anEndedStreamLeavesNoTimerBehind() throws Exception {
    Conversation stream =
        open(BY_TEXT, "stream.message-timeout", "2s", "stream.open-timeout", "0s");
    saidAndHeard(stream, "silence");
    assertThat(clock.waiting()).isEqualTo(1);

    stream.cancel();
    stream.status();

    assertThat(clock.waiting()).isZero();
  }
}
