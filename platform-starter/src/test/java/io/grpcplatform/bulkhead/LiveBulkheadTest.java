package io.grpcplatform.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.ClientStage;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits that change while calls are in flight. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LiveBulkheadTest {

  private static final String CHANNEL = "grpc:payment";
  private static final String OF_CHANNEL = "channels.payment.max-concurrent";
  private static final String OF_UNARY =
      "methods[platform.test.v1.EchoService/Unary].max-concurrent";

  private Loopback loopback;

  @BeforeEach
  void start() throws Exception {
    loopback = Loopback.serving(new EchoBehaviour());
  }

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  /** A call that stays open until it is cancelled, and tells when it has ended. */
  private static final class Held {
    private final CountDownLatch ended = new CountDownLatch(1);
    private final ClientCall<EchoRequest, EchoResponse> call;

    Held(Channel channel) {
      call = channel.newCall(EchoServiceGrpc.getBidiMethod(), CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              ended.countDown();
            }
          },
          new Metadata());
    }

    void end() throws InterruptedException {
      call.cancel("enough", null);
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** A channel whose calls cannot be started. */
  private static final class Unstartable extends Channel {
    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
      return new ClientCall<>() {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          throw new IllegalStateException("no start");
        }

        @Override
        public void request(int messages) {}

        @Override
        public void cancel(String message, Throwable cause) {}

        @Override
        public void halfClose() {}

        @Override
        public void sendMessage(Q message) {}
      };
    }

    @Override
    public String authority() {
      return "nowhere";
    }
  }

  private record Ends(CountDownLatch left) implements ClientFeature {
    @Override
    public ClientStage stage() {
      return ClientStage.TELEMETRY;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return call -> (Outcome outcome) -> left.countDown();
    }
  }

  private static Refusal.Reason answerOf(Channel channel) {
    StatusRuntimeException failed = failureOf(channel);
    return failed == null ? null : Refusal.reasonOf(failed.getTrailers());
  }

  private static StatusRuntimeException failureOf(Channel channel) {
    EchoRequest hello = EchoRequest.newBuilder().setText("hello").build();
    return catchThrowableOfType(
        StatusRuntimeException.class, () -> EchoServiceGrpc.newBlockingStub(channel).unary(hello));
  }

  @Test
  void aLimitGrowsWhileItIsFull() {
    Permits permits = new Permits(OF_CHANNEL, "1");
    Channel channel = loopback.channel("payment", permits.all, permits.stage);
    new Held(channel);
    assertThat(answerOf(channel)).isEqualTo(Refusal.Reason.BULKHEAD_FULL);

    permits.change(OF_CHANNEL, "2");

    assertThat(answerOf(channel)).isNull();
    assertThat(permits.left(CHANNEL)).isEqualTo(1);
  }

  @Test
  void aLimitShrinksBelowItsCallsWithoutWaiting() throws Exception {
    Permits permits = new Permits(OF_CHANNEL, "3");
    Channel channel = loopback.channel("payment", permits.all, permits.stage);
    Deque<Held> held = new ArrayDeque<>();
    for (int i = 0; i < 3; i++) {
      held.add(new Held(channel));
    }

    permits.change(OF_CHANNEL, "1");

    assertThat(failureOf(channel).getStatus().getDescription())
        .startsWith("3 calls of the channel payment in flight, 1 allowed");
    held.remove().end();
    assertThat(failureOf(channel).getStatus().getDescription())
        .startsWith("2 calls of the channel payment in flight, 1 allowed");
    held.remove().end();
    assertThat(answerOf(channel)).isEqualTo(Refusal.Reason.BULKHEAD_FULL);
    held.remove().end();
    assertThat(answerOf(channel)).isNull();
    assertThat(permits.allowed(CHANNEL)).isEqualTo(1);
    assertThat(permits.left(CHANNEL)).isEqualTo(1);
  }

  @Test
  void aShrunkLimitGrowsAgainBeforeItWasReached() throws Exception {
    Permits permits = new Permits(OF_CHANNEL, "3");
    Channel channel = loopback.channel("payment", permits.all, permits.stage);
    new Held(channel);
    Held second = new Held(channel);
    permits.change(OF_CHANNEL, "1");
    assertThat(answerOf(channel)).isEqualTo(Refusal.Reason.BULKHEAD_FULL);

    permits.change(OF_CHANNEL, "4");

    assertThat(answerOf(channel)).isNull();
    second.end();
    assertThat(permits.left(CHANNEL)).isEqualTo(3);
  }

  @Test
  void aMethodGetsItsLimitWhileTheChannelRuns() {
    Permits permits = new Permits();
    Channel channel = loopback.channel("payment", permits.all, permits.stage);
    assertThat(answerOf(channel)).isNull();

    permits.change(OF_UNARY, "1");
    ClientCall<EchoRequest, EchoResponse> call =
        channel.newCall(EchoServiceGrpc.getUnaryMethod(), CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());

    assertThat(answerOf(channel)).isEqualTo(Refusal.Reason.BULKHEAD_FULL);
    permits.change("enabled", "false", OF_UNARY, "1");
    assertThat(answerOf(channel)).isNull();
  }

  @Test
  void aStartThatFailsGivesThePermitBack() {
    Permits permits = new Permits(OF_CHANNEL, "1");
    Channel failing =
        ClientInterceptors.intercept(
            new Unstartable(), ClientPipeline.of("payment", List.of(permits.stage)));

    for (int i = 0; i < 2; i++) {
      assertThat(catchThrowableOfType(IllegalStateException.class, () -> new Held(failing)))
          .hasMessage("no start");
    }

    assertThat(permits.left(CHANNEL)).isEqualTo(1);
  }

  @Test
  void changesInAStormConserveThePermits() throws Exception {
    Permits permits = new Permits(OF_CHANNEL, "8");
    CountDownLatch over = new CountDownLatch(4_000);
    Channel channel = loopback.channel("payment", permits.all, new Ends(over), permits.stage);
    SplittableRandom random = new SplittableRandom(20261121);
    Deque<ClientCall<EchoRequest, EchoResponse>> open = new ArrayDeque<>();

    for (int i = 0; i < 4_000; i++) {
      ClientCall<EchoRequest, EchoResponse> call =
          channel.newCall(EchoServiceGrpc.getBidiMethod(), CallOptions.DEFAULT);
      call.start(new ClientCall.Listener<>() {}, new Metadata());
      open.add(call);
      if (open.size() > 12) {
        open.remove().cancel("enough", null);
      }
      if (i % 7 == 0) {
        permits.change(OF_CHANNEL, Integer.toString(1 + random.nextInt(16)));
      }
    }
    open.forEach(call -> call.cancel("enough", null));
    assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();

    permits.change(OF_CHANNEL, "5");
    assertThat(answerOf(channel)).isNull();
    assertThat(permits.allowed(CHANNEL)).isEqualTo(5);
    assertThat(permits.left(CHANNEL)).isEqualTo(5);
  }
}
