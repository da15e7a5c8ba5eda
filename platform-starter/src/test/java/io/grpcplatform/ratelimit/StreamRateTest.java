package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams that are slowed and never cut, over loopback, while the clock stands still. */
final class StreamRateTest {

  private static final Duration PACE = Duration.ofMillis(100);
  private static final Duration SOON = Duration.ofSeconds(10);

  /** The call itself, and two messages, pass at once; then one each 100 ms. */
  private static final RateLimit LIMIT = RateLimit.of("10/s").withBurst(3);

  private static final String BIDI = "server||platform.test.v1.EchoService/Bidi";

  private final Limits.Ends ends = new Limits.Ends();
  private final Limits served = limits("server");
  private final Limits calling = limits("client");
  private Loopback loopback;

  private static Limits limits(String side) {
    return new Limits(side + ".methods[*].rate", "10/s", side + ".methods[*].burst", "3");
  }

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  private Channel limitedServer() throws Exception {
    loopback = Loopback.serving(new EchoBehaviour(), served.server, ends);
    return loopback.channel();
  }

  private Channel limitedClient(io.grpc.BindableService service) throws Exception {
    loopback = Loopback.serving(service);
    return loopback.channel(calling.client);
  }

  @Test
  void whatABidirectionalStreamSendsIsSlowed() throws Exception {
    Talk talk = Talk.bidi(EchoServiceGrpc.newStub(limitedServer()));

    talk.say("one", "two", "three", "four");

    talk.hears("one");
    talk.hears("two");
    for (String late : new String[] {"three", "four"}) {
      served.clock.awaitTask(PACE, SOON);
      assertThat(talk.answers).isEmpty();
      served.clock.advance(PACE);
      talk.hears(late);
    }
    served.clock.awaitTask(PACE, SOON);
    talk.complete();
    served.clock.advance(PACE);
    assertThat(talk.status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(ends.next().status().isOk()).isTrue();
    assertThat(served.clock.waiting()).isZero();
  }

  @Test
  void whatAClientStreamSendsIsSlowed() throws Exception {
    Talk talk = Talk.clientStream(EchoServiceGrpc.newStub(limitedServer()));

    // The handler says nothing of the first two.
    talk.say("silence", "silence", "three");
    talk.complete();

    served.clock.awaitTask(PACE, SOON);
    assertThat(talk.answers).isEmpty();
    served.clock.advance(PACE);
    talk.hears("three");
  }

  @Test
  void whatAServerStreamBringsIsSlowedByTheClient() throws Exception {
    Talk talk = new Talk();
    EchoServiceGrpc.newStub(limitedClient(new Counter(5))).serverStream(Talk.words("count"), talk);

    talk.hears("0");
    talk.hears("1");
    for (String late : new String[] {"2", "3", "4"}) {
      calling.clock.awaitTask(PACE, SOON);
      assertThat(talk.answers).isEmpty();
      calling.clock.advance(PACE);
      talk.hears(late);
    }
    assertThat(talk.status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(calling.clock.waiting()).isZero();
  }

  @Test
  void whatABidirectionalStreamBringsIsSlowedByTheClient() throws Exception {
    Talk talk = Talk.bidi(EchoServiceGrpc.newStub(limitedClient(new EchoBehaviour())));
    talk.say("one", "two", "three");
    talk.hears("one");
    talk.hears("two");

    calling.clock.awaitTask(PACE, SOON);
    assertThat(talk.answers).isEmpty();
    calling.clock.advance(PACE);

    talk.hears("three");
  }

  @Test
  void aStreamTooManyIsRefused() throws Exception {
    Channel channel = limitedServer();
    served.drain(BIDI, LIMIT);

    Talk talk = Talk.bidi(EchoServiceGrpc.newStub(channel));

    assertThat(talk.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void aStreamCancelledWhileItWaitsLeavesNothing() throws Exception {
    Talk talk = Talk.bidi(EchoServiceGrpc.newStub(limitedServer()));
    talk.say("one", "two", "three");
    served.clock.awaitTask(PACE, SOON);

    talk.cancel();
    ends.next();

    assertThat(served.clock.waiting()).isZero();
    served.clock.advance(PACE);
    assertThat(served.drain(BIDI, LIMIT)).isEqualTo(1);
  }

  @Test
  void aStreamWhoseDeadlinePassesWhileItWaitsLeavesNothing() throws Exception {
    Talk talk =
        Talk.bidi(EchoServiceGrpc.newStub(limitedServer()).withDeadlineAfter(1, TimeUnit.SECONDS));
    talk.say("one", "two", "three");

    assertThat(talk.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    ends.next();

    assertThat(served.clock.waiting()).isZero();
    served.clock.advance(PACE);
    assertThat(served.drain(BIDI, LIMIT)).isEqualTo(1);
  }

  @Test
  void whatWasPaidForAndNeverCameIsGivenBack() throws Exception {
    Talk talk = Talk.bidi(EchoServiceGrpc.newStub(limitedServer()));
    talk.say("one");
    talk.hears("one");
    talk.complete();

    ends.next();

    // One for the call, one for the message, and the third for a message that never came.
    assertThat(served.drain(BIDI, LIMIT)).isEqualTo(1);
  }

  @Test
  void aStormOfCancelsLeavesNoTimerNoStreamAndNoToken() throws Exception {
    int streams = 300;
    served.change("server.methods[*].rate", "100/s", "server.methods[*].burst", "400");
    Channel channel = limitedServer();
    SplittableRandom random = new SplittableRandom(20261121);
    List<Talk> talks = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      talks.add(Talk.bidi(EchoServiceGrpc.newStub(channel)).say("one", "two", "three"));
    }

    ends.awaitBegun(streams);

    Collections.shuffle(talks, new Random(20261121));
    for (Talk talk : talks) {
      talk.cancel();
      served.clock.advance(Duration.ofMillis(random.nextInt(20)));
    }
    for (int i = 0; i < streams; i++) {
      ends.next();
    }

    assertThat(served.clock.waiting()).isZero();
    RateLimit limit = RateLimit.of("100/s").withBurst(400);
    served.clock.advance(Duration.ofSeconds(4));
    assertThat(served.turnstiles.ofAll(BIDI, limit).retire()).as("as good as new").isTrue();
  }

  /** Sends that many messages at once, whatever the pace of the one who reads them. */
  private static final class Counter extends EchoServiceGrpc.EchoServiceImplBase {
    private final int messages;

    Counter(int messages) {
      this.messages = messages;
    }

    @Override
    public void serverStream(EchoRequest request, StreamObserver<EchoResponse> response) {
      for (int i = 0; i < messages; i++) {
        response.onNext(EchoResponse.newBuilder().setText(Integer.toString(i)).build());
      }
      response.onCompleted();
    }
  }
}
