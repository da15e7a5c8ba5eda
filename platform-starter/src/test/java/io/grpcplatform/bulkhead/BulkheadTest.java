package io.grpcplatform.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bulkhead around unary calls and streams over loopback. */
final class BulkheadTest {

  private static final String CHANNEL = "grpc:payment";
  private static final String UNARY = "grpc:payment:platform.test.v1.EchoService:Unary";

  private Loopback loopback;

  @BeforeEach
  void start() throws Exception {
    loopback = Loopback.serving(new EchoBehaviour());
  }

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  /** Hears when calls end on the wire, outside the bulkhead, which has heard it by then. */
  private static final class Ends implements ClientFeature {
    final CountDownLatch left;

    Ends(int calls) {
      left = new CountDownLatch(calls);
    }

    @Override
    public ClientStage stage() {
      return ClientStage.TELEMETRY;
    }

    @Override
    public StagePlan plan(CallKey key, io.grpc.MethodDescriptor<?, ?> method) {
      return call -> (Outcome outcome) -> left.countDown();
    }

    void await() throws InterruptedException {
      assertThat(left.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static final class Ignoring implements StreamObserver<EchoResponse> {
    @Override
    public void onNext(EchoResponse answer) {}

    @Override
    public void onError(Throwable failed) {}

    @Override
    public void onCompleted() {}
  }

  private static EchoRequest say(String text) {
    return EchoRequest.newBuilder().setText(text).build();
  }

  private static StatusRuntimeException refused(EchoServiceBlockingStub stub) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> stub.unary(say("hello")));
  }

  @Test
  void aFullBulkheadRefusesAndNamesWhatItSaw() throws Exception {
    Permits permits = new Permits("channels.payment.max-concurrent", "2");
    Channel channel = loopback.channel(permits.stage);
    for (int i = 0; i < 2; i++) {
      EchoServiceGrpc.newStub(channel).unary(say("silence"), new Ignoring());
    }

    StatusRuntimeException failed = refused(EchoServiceGrpc.newBlockingStub(channel));

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(Refusal.reasonOf(failed.getTrailers())).isEqualTo(Refusal.Reason.BULKHEAD_FULL);
    assertThat(failed.getStatus().getDescription())
        .isEqualTo(
            "2 calls of the channel payment in flight, 2 allowed"
                + " (platform.bulkhead.channels.payment.max-concurrent)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello", "error", "throw"})
  void everyEndingGivesThePermitBack(String text) throws Exception {
    Permits permits = new Permits("channels.payment.max-concurrent", "1");
    Ends ends = new Ends(3);
    EchoServiceBlockingStub stub =
        EchoServiceGrpc.newBlockingStub(loopback.channel(ends, permits.stage));

    for (int i = 0; i < 3; i++) {
      StatusRuntimeException failed =
          catchThrowableOfType(StatusRuntimeException.class, () -> stub.unary(say(text)));
      assertThat(failed == null ? null : Refusal.reasonOf(failed.getTrailers())).isNull();
    }

    ends.await();
    assertThat(permits.left(CHANNEL)).isEqualTo(1);
  }

  @Test
  void aMethodsLimitLeavesOtherMethodsAlone() {
    Permits permits =
        new Permits("methods[platform.test.v1.EchoService/ServerStream].max-concurrent", "1");
    Channel channel = loopback.channel(permits.stage);
    EchoServiceGrpc.newStub(channel).serverStream(say("silence"), new Ignoring());

    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                EchoServiceGrpc.newBlockingStub(channel)
                    .serverStream(say("hello"))
                    .forEachRemaining(answer -> {}));

    assertThat(failed.getStatus().getDescription())
        .isEqualTo(
            "1 calls of platform.test.v1.EchoService/ServerStream on the channel payment in"
                + " flight, 1 allowed"
                + " (platform.bulkhead.methods[platform.test.v1.EchoService/ServerStream]"
                + ".max-concurrent)");
    assertThat(EchoServiceGrpc.newBlockingStub(channel).unary(say("hello")).getText())
        .isEqualTo("hello");
  }

  @Test
  void aCallThatTheChannelRefusesKeepsNoPermitOfItsMethod() {
    Permits permits =
        new Permits(
            "channels.payment.max-concurrent", "1",
            "methods[platform.test.v1.EchoService/Unary].max-concurrent", "5");
    Channel channel = loopback.channel(permits.stage);
    EchoServiceGrpc.newStub(channel).serverStream(say("silence"), new Ignoring());

    StatusRuntimeException failed = refused(EchoServiceGrpc.newBlockingStub(channel));

    assertThat(Refusal.reasonOf(failed.getTrailers())).isEqualTo(Refusal.Reason.BULKHEAD_FULL);
    assertThat(permits.left(UNARY)).isEqualTo(5);
  }

  @Test
  void aStreamCountsWhileItIsOpen() throws Exception {
    Permits permits = new Permits("channels.payment.max-concurrent", "1");
    Ends ends = new Ends(2);
    Channel channel = loopback.channel(ends, permits.stage);
    StreamObserver<EchoRequest> stream = EchoServiceGrpc.newStub(channel).bidi(new Ignoring());
    stream.onNext(say("hello"));

    assertThat(Refusal.reasonOf(refused(EchoServiceGrpc.newBlockingStub(channel)).getTrailers()))
        .isEqualTo(Refusal.Reason.BULKHEAD_FULL);
    stream.onCompleted();

    ends.await();
    assertThat(permits.left(CHANNEL)).isEqualTo(1);
  }

  @Test
  void channelsShareNothing() {
    Permits permits = new Permits("channels.payment.max-concurrent", "1");
    Channel limited = loopback.channel("payment", permits.stage);
    Channel other = loopback.channel("stock", permits.stage);
    EchoServiceGrpc.newStub(limited).unary(say("silence"), new Ignoring());

    assertThat(EchoServiceGrpc.newBlockingStub(other).unary(say("hello")).getText())
        .isEqualTo("hello");
  }

  @Test
  void switchedOffNothingIsLimited() {
    Permits permits = new Permits("enabled", "false", "channels.payment.max-concurrent", "1");
    Channel channel = loopback.channel(permits.stage);
    EchoServiceGrpc.newStub(channel).unary(say("silence"), new Ignoring());

    assertThat(EchoServiceGrpc.newBlockingStub(channel).unary(say("hello")).getText())
        .isEqualTo("hello");
  }

  @Test
  void aStormOfCancelsConservesThePermits() throws Exception {
    int calls = 3_000;
    Permits permits =
        new Permits(
            "channels.payment.max-concurrent", "40",
            "methods[platform.test.v1.EchoService/*].max-concurrent", "30");
    Ends ends = new Ends(calls);
    Channel channel = loopback.channel(ends, permits.stage);
    SplittableRandom random = new SplittableRandom(20261106);

    for (int i = 0; i < calls; i++) {
      boolean silent = random.nextBoolean();
      Context.CancellableContext context = Context.current().withCancellation();
      context.run(
          () -> {
            ClientCall<EchoRequest, EchoResponse> call =
                channel.newCall(EchoServiceGrpc.getUnaryMethod(), io.grpc.CallOptions.DEFAULT);
            call.start(new ClientCall.Listener<>() {}, new Metadata());
            call.request(1);
            call.sendMessage(say(silent ? "silence" : "hello"));
            call.halfClose();
          });
      if (silent || random.nextBoolean()) {
        context.cancel(null);
      }
    }

    ends.await();
    assertThat(permits.left(CHANNEL)).isEqualTo(40);
    assertThat(permits.left("grpc:payment:platform.test.v1.EchoService")).isEqualTo(30);
  }
}
