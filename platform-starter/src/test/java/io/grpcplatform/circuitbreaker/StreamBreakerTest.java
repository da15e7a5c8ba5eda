package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.ClientStage;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.Loopback;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The breaker around streams over loopback. */
final class StreamBreakerTest {

  private final Backend backend = new Backend();
  private final BreakerBench bench = new BreakerBench();
  private final AtomicReference<CallControl> control = new AtomicReference<>();
  private Loopback loopback;

  @BeforeEach
  void start() throws Exception {
    loopback = Loopback.serving(backend);
  }

  @AfterEach
  void stop() throws InterruptedException {
    loopback.close();
  }

  private Conversation open() {
    return new Conversation(loopback.channel(bench.stage, deadlineStage()));
  }

  /** Stands in for the stage that gives streams up. */
  private ClientFeature deadlineStage() {
    return new ClientFeature() {
      @Override
      public ClientStage stage() {
        return ClientStage.DEADLINE;
      }

      @Override
      public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return call -> {
          control.set(call.control());
          return null;
        };
      }
    };
  }

  private int counted() {
    return bench.breaker().getMetrics().getNumberOfBufferedCalls();
  }

  private int failed() {
    return bench.breaker().getMetrics().getNumberOfFailedCalls();
  }

  private void failStreams(int count) throws Exception {
    backend.failing = Status.UNAVAILABLE;
    for (int i = 0; i < count; i++) {
      Conversation stream = open();
      stream.say("hello");
      assertThat(stream.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
    backend.failing = null;
  }

  @Test
  void theFirstMessageIsASuccess() throws Exception {
    Conversation stream = open();
    assertThat(counted()).isZero();

    stream.exchange("hello");

    assertThat(counted()).isEqualTo(1);
    assertThat(failed()).isZero();
    stream.cancel();
  }

  @Test
  void headersAloneAreASuccess() throws Exception {
    // Given a server of ours, which sends headers early, and a handler that says nothing.
    CountDownLatch headers = new CountDownLatch(1);
    try (Loopback early = Loopback.serving(backend, anyStage())) {
      Conversation stream = new Conversation(early.channel(bench.stage, hearing(headers)));

      // When only the headers have come.
      assertThat(headers.await(10, TimeUnit.SECONDS)).isTrue();

      // Then the stream has opened, and its first message adds nothing.
      assertThat(counted()).isEqualTo(1);
      stream.exchange("hello");
      assertThat(counted()).isEqualTo(1);
      stream.cancel();
    }
  }

  @Test
  void withoutEarlyHeadersAQuietStreamHasNotOpened() throws Exception {
    // Given a server of ours that leaves the headers of streams to their handlers.
    ServerPipeline pipeline =
        ServerPipeline.of(List.of(anyStage()), method -> false, new LiveSettings());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    pipeline.trace(builder);
    Server late =
        builder.addService(pipeline.bind(backend.bindService(), List.of())).build().start();
    NettyChannelBuilder called =
        NettyChannelBuilder.forAddress("127.0.0.1", late.getPort()).usePlaintext();
    ClientPipeline.of("payment", List.of(bench.stage)).install(called);
    ManagedChannel channel = called.build();
    try {
      // When a stream fails that was accepted and has said nothing.
      Conversation stream = new Conversation(channel);
      stream.say("quiet");
      backend.nextStream().onError(Status.UNAVAILABLE.asException());
      stream.status();

      // Then its opening has failed: it counts once, where an opened stream would count twice.
      assertThat(counted()).isEqualTo(1);
      assertThat(failed()).isEqualTo(1);
    } finally {
      channel.shutdownNow();
      late.shutdownNow();
    }
  }

  /** A stage inside the breaker's, so that it hears headers after it. */
  private static ClientFeature hearing(CountDownLatch headers) {
    return new ClientFeature() {
      @Override
      public ClientStage stage() {
        return ClientStage.FAULT;
      }

      @Override
      public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return call ->
            new CallHook() {
              @Override
              public void headers(Metadata received) {
                headers.countDown();
              }

              @Override
              public void ended(Outcome outcome) {}
            };
      }
    };
  }

  private static ServerFeature anyStage() {
    return new ServerFeature() {
      @Override
      public ServerStage stage() {
        return ServerStage.TELEMETRY;
      }

      @Override
      public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return call -> null;
      }
    };
  }

  @Test
  void aStreamThatFailsToOpenIsAFailure() throws Exception {
    failStreams(1);

    assertThat(failed()).isEqualTo(1);
  }

  @Test
  void failingStreamsOpenTheBreakerAndGoodOnesCloseIt() throws Exception {
    failStreams(4);
    assertThat(bench.breaker().getState()).isEqualTo(State.OPEN);
    Conversation refused = open();
    assertThat(refused.reason()).isEqualTo(Refusal.Reason.CIRCUIT_OPEN);

    bench.waitOutOpenState();
    for (int i = 0; i < 3; i++) {
      assertThat(bench.breaker().getState()).isNotEqualTo(State.CLOSED);
      open().exchange("probe");
    }

    assertThat(bench.breaker().getState()).isEqualTo(State.CLOSED);
  }

  @Test
  void anOpenTimeoutIsAFailureOfTheOpening() throws Exception {
    Conversation stream = open();
    stream.say("quiet");
    backend.nextStream();

    control.get().end(new Refusal(Refusal.Reason.OPEN_TIMEOUT, "no headers", null));

    assertThat(stream.reason()).isEqualTo(Refusal.Reason.OPEN_TIMEOUT);
    assertThat(failed()).isEqualTo(1);
  }

  @Test
  void aPlannedEndOfALiveStreamIsNoFailure() throws Exception {
    for (Refusal.Reason reason :
        new Refusal.Reason[] {Refusal.Reason.STREAM_IDLE, Refusal.Reason.STREAM_MAX_AGE}) {
      Conversation stream = open();
      stream.exchange("hello");

      control.get().end(new Refusal(reason, "planned", null));

      assertThat(stream.reason()).isEqualTo(reason);
    }
    assertThat(counted()).isEqualTo(2);
    assertThat(failed()).isZero();
  }

  @Test
  void aServersPlannedEndIsNoFailure() throws Exception {
    for (Refusal.Reason reason :
        new Refusal.Reason[] {
          Refusal.Reason.STREAM_IDLE, Refusal.Reason.STREAM_MAX_AGE, Refusal.Reason.DRAINING
        }) {
      Conversation stream = open();
      stream.exchange("hello");
      Refusal planned = new Refusal(reason, "planned", null);

      backend.nextStream().onError(planned.status().asException(planned.trailers()));

      assertThat(stream.reason()).isEqualTo(reason);
    }
    assertThat(failed()).isZero();
  }

  @Test
  void aFailingCloseOfALiveStreamAddsOneFailure() throws Exception {
    Conversation stream = open();
    stream.exchange("hello");

    backend.nextStream().onError(Status.INTERNAL.asException());

    assertThat(stream.status().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(counted()).isEqualTo(2);
    assertThat(failed()).isEqualTo(1);
  }

  @Test
  void aCancelledOpeningGivesItsPermitBack() throws Exception {
    failStreams(4);
    bench.waitOutOpenState();

    for (int i = 0; i < 20; i++) {
      Conversation stream = open();
      stream.say("quiet");
      stream.cancel();
      assertThat(stream.status().getCode()).isEqualTo(Status.Code.CANCELLED);
    }

    assertThat(bench.breaker().getState()).isEqualTo(State.HALF_OPEN);
    for (int i = 0; i < 3; i++) {
      open().exchange("probe");
    }
    assertThat(bench.breaker().getState()).isEqualTo(State.CLOSED);
  }

  @Test
  void aHealthyStreamOfAMinuteLeavesTheBreakerClosed() throws Exception {
    Conversation[] streams = new Conversation[5];
    for (int i = 0; i < streams.length; i++) {
      streams[i] = open();
      streams[i].exchange("hello");
    }

    for (int second = 0; second < 61; second++) {
      bench.clock.advance(Duration.ofSeconds(1));
      for (Conversation stream : streams) {
        stream.exchange("tick");
      }
    }
    for (Conversation stream : streams) {
      stream.complete();
    }

    assertThat(bench.breaker().getState()).isEqualTo(State.CLOSED);
    assertThat(failed()).isZero();
    assertThat(bench.breaker().getMetrics().getNumberOfSlowCalls()).isZero();
  }

  @Test
  void aLiveStreamAddsOneSuccessPerTenSeconds() throws Exception {
    Conversation stream = open();
    stream.exchange("hello");
    bench.clock.advance(Duration.ofMillis(9_999));
    stream.exchange("too soon");
    bench.clock.advance(Duration.ofMillis(1));
    assertThat(counted()).as("the opening has left the window").isZero();

    stream.exchange("in time");
    stream.exchange("too soon again");

    assertThat(counted()).isEqualTo(1);
    stream.cancel();
  }

  @Test
  void anOpeningBreakerLeavesLiveStreamsAlone() throws Exception {
    Conversation live = open();
    live.exchange("hello");

    failStreams(4);

    assertThat(bench.breaker().getState()).isEqualTo(State.OPEN);
    live.exchange("still here");
    live.cancel();
  }

  @Test
  void streamsOfAnEarlierStateNeverCountInHalfOpen() throws Exception {
    // Given live streams and opening streams from the closed state.
    Conversation live = open();
    live.exchange("hello");
    var liveAtServer = backend.nextStream();
    Conversation opening = open();
    opening.say("quiet");
    var openingAtServer = backend.nextStream();
    Conversation cancelled = open();
    cancelled.say("quiet");
    failStreams(4);
    bench.waitOutOpenState();
    Conversation probe = open();
    probe.exchange("the first of three probes");
    assertThat(bench.breaker().getState()).isEqualTo(State.HALF_OPEN);

    // When they answer, fail and are cancelled during half-open.
    bench.clock.advance(Duration.ofSeconds(11));
    live.exchange("a sample is due");
    openingAtServer.onError(Status.UNAVAILABLE.asException());
    opening.status();
    liveAtServer.onError(Status.UNAVAILABLE.asException());
    live.status();
    cancelled.cancel();
    cancelled.status();

    // Then the verdict is still the probes' alone: two permits are left, no more and no less.
    assertThat(bench.breaker().getState()).isEqualTo(State.HALF_OPEN);
    assertThat(counted()).isEqualTo(1);
    assertThat(bench.breaker().tryAcquirePermission()).isTrue();
    assertThat(bench.breaker().tryAcquirePermission()).isTrue();
    assertThat(bench.breaker().tryAcquirePermission()).isFalse();
  }

  @Test
  void aProbesLaterMessagesDoNotVoteAgain() throws Exception {
    failStreams(4);
    bench.waitOutOpenState();
    Conversation probe = open();
    probe.exchange("one vote");

    bench.clock.advance(Duration.ofSeconds(11));
    probe.exchange("no second vote");

    assertThat(counted()).isEqualTo(1);
    assertThat(bench.breaker().getState()).isEqualTo(State.HALF_OPEN);
  }

  @Test
  void aDeadlineThatRanOutIsNoFailureOfALiveStream() throws Exception {
    assertThat(failuresAfterDeadlineExceeded(Deadline.after(-1, TimeUnit.SECONDS))).isZero();
    assertThat(failuresAfterDeadlineExceeded(Deadline.after(1, TimeUnit.HOURS)))
        .as("the server's own DEADLINE_EXCEEDED, long before ours")
        .isEqualTo(1);
  }

  private int failuresAfterDeadlineExceeded(Deadline given) throws Refusal {
    bench.breaker().reset();
    BreakerGate breaker = new BreakerGate(bench.breaker(), bench.clock.calls, () -> {});
    CallKey key = new CallKey("", "", "");
    OutcomeTable table = BreakerBench.settings("fair-budget", "0s").tableOf(key);
    MethodGate gate =
        new MethodGate(breaker, new OutcomeReading(key, table, List.of()), null, 2, null);
    StreamPermit stream = new StreamPermit(gate, bench.clock.calls, gate.admit(), given);
    bench.clock.advance(Duration.ofSeconds(5));
    stream.headers(new Metadata());

    stream.ended(new Outcome(Status.DEADLINE_EXCEEDED, new Metadata(), null, false));

    return failed();
  }
}
