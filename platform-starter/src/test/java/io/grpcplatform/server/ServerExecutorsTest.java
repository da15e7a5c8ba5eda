package io.grpcplatform.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Executors on a server that gRPC's own builder makes, met over one loopback connection. */
final class ServerExecutorsTest {

  private static final MethodDescriptor<EchoRequest, EchoResponse> ECHO =
      EchoServiceGrpc.getUnaryMethod();
  private static final MethodDescriptor<EchoRequest, EchoResponse> LOOK =
      StockServiceGrpc.getLookMethod();
  private static final String STOCK = ThreadStock.NAME + "/*";
  private static final String EVENT_LOOP = "grpc-default-worker-ELG-";

  private final HeldCalls echo = new HeldCalls();
  private final AtomicInteger intercepted = new AtomicInteger();
  private final BlockingQueue<Outcome> unseen = new LinkedBlockingQueue<>();
  private @Nullable Server server;
  private @Nullable ManagedChannel channel;

  @AfterEach
  void stop() throws InterruptedException {
    echo.release(100);
    if (channel != null && server != null) {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
      server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  static Stream<ExecutorPlan> pools() {
    return VirtualThreads.supported()
        ? Stream.of(ExecutorPlan.platform(1, 1), ExecutorPlan.virtual(1, 1))
        : Stream.of(ExecutorPlan.platform(1, 1));
  }

  @Test
  void oneServicesBlockedPoolDelaysNoOther() throws Exception {
    serve(ExecutorPlan.platform(1, 5), Map.of(STOCK, ExecutorPlan.platform(1, 5)));
    call(HeldCalls.HOLD);
    call(HeldCalls.HOLD);
    echo.awaitHeld(1);

    Answer other = look();

    assertThat(other.text()).isEqualTo("grpc-" + STOCK + "-1");
  }

  @Test
  void oneMethodMayHaveAPoolOfItsOwn() throws Exception {
    serve(
        ExecutorPlan.platform(1, 5),
        Map.of(STOCK, ExecutorPlan.direct(), ThreadStock.NAME + "/Take", ExecutorPlan.platform()));

    Answer own = Answer.to(open(), StockServiceGrpc.getTakeMethod(), "");

    assertThat(own.text()).isEqualTo("grpc-" + ThreadStock.NAME + "/Take-1");
    assertThat(look().text()).startsWith(EVENT_LOOP);
  }

  @ParameterizedTest
  @MethodSource("pools")
  void refusesNewCallsWhenTheQueueIsFull(ExecutorPlan one) throws Exception {
    serve(one, Map.of());
    Answer runs = call(HeldCalls.HOLD);
    echo.awaitHeld(1);
    Answer waits = call("waits");

    Answer refused = call("refused");

    assertThat(refused.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(refused.reason()).isEqualTo(Refusal.Reason.OVERLOADED);
    assertThat(refused.status().getDescription())
        .contains("All 1 threads of the executor default", "platform.server.executor");
    echo.release(1);
    assertThat(runs.text()).isEqualTo(HeldCalls.HOLD);
    assertThat(waits.text()).isEqualTo("waits");
    assertThat(call("again").text()).isEqualTo("again");
    assertThat(echo.started).hasValue(3);
  }

  @Test
  void featuresHearOfRefusedCallsWithTheirReason() throws Exception {
    serve(ExecutorPlan.platform(1, 0), Map.of());
    call(HeldCalls.HOLD);
    echo.awaitHeld(1);

    Answer refused = call("refused");

    assertThat(refused.reason()).isEqualTo(Refusal.Reason.OVERLOADED);
    Outcome heard = unseen.poll(10, TimeUnit.SECONDS);
    assertThat(heard).isNotNull();
    assertThat(heard.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(heard.refusal()).isNotNull();
    assertThat(heard.refusal().reason()).isEqualTo(Refusal.Reason.OVERLOADED);
    assertThat(intercepted).hasValue(1);
  }

  @ParameterizedTest
  @MethodSource("pools")
  void messagesOfLiveStreamsPassAFullQueue(ExecutorPlan one) throws Exception {
    serve(new ExecutorPlan(one.type(), 1, 0), Map.of());
    Conversation stream = new Conversation(open());
    assertThat(stream.say("before").get(10, TimeUnit.SECONDS)).isEqualTo("before");
    call(HeldCalls.HOLD);
    echo.awaitHeld(1);

    CompletableFuture<String> later = stream.say("meanwhile");

    assertThat(call("refused").reason()).isEqualTo(Refusal.Reason.OVERLOADED);
    echo.release(1);
    assertThat(later.get(10, TimeUnit.SECONDS)).isEqualTo("meanwhile");
    stream.requests.onCompleted();
    assertThat(stream.end.get(10, TimeUnit.SECONDS)).isEqualTo("completed");
  }

  @Test
  void blockedHandlersLeaveTheEventLoopFree() throws Exception {
    serve(ExecutorPlan.platform(2, 5), Map.of(STOCK, ExecutorPlan.direct()));
    for (int i = 0; i < 4; i++) {
      call(HeldCalls.HOLD);
    }
    echo.awaitHeld(2);

    Answer onTheSameConnection = look();

    assertThat(onTheSameConnection.text()).startsWith(EVENT_LOOP);
  }

  @Test
  void everythingRunsOnTheEventLoopIfDirect() throws Exception {
    serve(ExecutorPlan.direct(), Map.of());

    assertThat(call("thread").text()).startsWith(EVENT_LOOP);
    assertThat(look().text()).startsWith(EVENT_LOOP);
  }

  @Test
  void healthAndUnknownMethodsAnswerWhileFull() throws Exception {
    serve(ExecutorPlan.platform(1, 0), Map.of());
    call(HeldCalls.HOLD);
    echo.awaitHeld(1);

    Status unknown = Answer.to(open(), nowhere(), "").status();
    ServingStatus health =
        HealthGrpc.newBlockingStub(open())
            .withDeadlineAfter(10, TimeUnit.SECONDS)
            .check(HealthCheckRequest.getDefaultInstance())
            .getStatus();

    assertThat(unknown.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(health).isEqualTo(ServingStatus.SERVING);
  }

  @ParameterizedTest
  @MethodSource("pools")
  void cancelsReachHandlersWhileNoThreadIsFree(ExecutorPlan one) throws Exception {
    serve(new ExecutorPlan(one.type(), 1, 9), Map.of());
    Conversation stream = new Conversation(open());
    assertThat(stream.say("open").get(10, TimeUnit.SECONDS)).isEqualTo("open");
    Answer held = call(HeldCalls.HOLD);
    echo.awaitHeld(1);
    call("waits before them");

    held.cancel();
    stream.requests.onError(Status.CANCELLED.asRuntimeException());

    assertThat(echo.contextCancelled.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(echo.streamCancelled.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void callsThatExpireInTheQueueStartNoHandler() throws Exception {
    serve(ExecutorPlan.platform(1, 9), Map.of());
    call(HeldCalls.HOLD);
    echo.awaitHeld(1);

    Answer late =
        Answer.to(
            open(),
            ECHO,
            "late",
            CallOptions.DEFAULT.withDeadlineAfter(150, TimeUnit.MILLISECONDS));

    assertThat(late.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(unseen.poll(10, TimeUnit.SECONDS)).isNotNull();
    echo.release(1);
    assertThat(call("after").text()).isEqualTo("after");
    assertThat(echo.started).hasValue(2);
  }

  @ParameterizedTest
  @MethodSource("pools")
  void handlersSeeTheContextOfTheirCall(ExecutorPlan one) throws Exception {
    serve(one, Map.of());

    assertThat(call("context").text()).isEqualTo("intercepted true");
    assertThat(call("virtual").text())
        .isEqualTo(String.valueOf(one.type() == ExecutorPlan.Type.VIRTUAL));
  }

  @Test
  void shutdownWaitsForCallsInTheQueue() throws Exception {
    Server stopping = serve(ExecutorPlan.platform(1, 5), Map.of(STOCK, ExecutorPlan.direct()));
    Answer runs = call(HeldCalls.HOLD);
    echo.awaitHeld(1);
    Answer waits = call("waits");
    // Its answer proves that the server has read the call before it.
    look().status();

    stopping.shutdown();
    echo.release(1);

    assertThat(runs.text()).isEqualTo(HeldCalls.HOLD);
    assertThat(waits.text()).isEqualTo("waits");
    assertThat(stopping.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatTheBuildersUserSetsLaterWins() throws Exception {
    ExecutorService own = Executors.newSingleThreadExecutor(task -> new Thread(task, "own"));

    serve(ExecutorPlan.platform(1, 5), Map.of(), builder -> builder.executor(own));
    String thread = look().text();
    stop();
    serve(ExecutorPlan.platform(1, 5), Map.of(), ServerBuilder::directExecutor);

    assertThat(thread).isEqualTo("own");
    assertThat(look().text()).startsWith(EVENT_LOOP);
    own.shutdown();
  }

  private Server serve(ExecutorPlan standard, Map<String, ExecutorPlan> methods)
      throws IOException {
    return serve(standard, methods, builder -> {});
  }

  private Server serve(
      ExecutorPlan standard,
      Map<String, ExecutorPlan> methods,
      Consumer<ServerBuilder<?>> customizer)
      throws IOException {
    ServerExecutors executors = ServerExecutors.of(standard, methods);
    HealthStatusManager health = new HealthStatusManager();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(echo)
            .addService(new ThreadStock())
            .addService(health.getHealthService())
            .intercept(new Intercepting());
    ServerPipeline.of(List.of(new Unseen())).install(builder);
    executors.contribute(builder);
    customizer.accept(builder);
    Server started = builder.build().start();
    server = started;
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", started.getPort())
            .usePlaintext()
            .disableRetry()
            .build();
    return started;
  }

  private ManagedChannel open() {
    return Objects.requireNonNull(channel);
  }

  private Answer call(String text) {
    return Answer.to(open(), ECHO, text);
  }

  private Answer look() {
    return Answer.to(open(), LOOK, "");
  }

  private static MethodDescriptor<EchoRequest, EchoResponse> nowhere() {
    return ECHO.toBuilder().setFullMethodName("platform.test.v1.Nowhere/Unary").build();
  }

  private final class Intercepting implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      intercepted.incrementAndGet();
      return Contexts.interceptCall(
          Context.current().withValue(HeldCalls.SEEN, "intercepted"), call, headers, next);
    }
  }

  private final class Unseen implements ServerFeature {
    @Override
    public ServerStage stage() {
      return ServerStage.TELEMETRY;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return call -> null;
    }

    @Override
    public void unseen(CallKey key, Metadata headers, long startNanos, Outcome outcome) {
      if (key.method().equals(ECHO.getBareMethodName())) {
        unseen.add(outcome);
      }
    }
  }

  private static final class Conversation implements StreamObserver<EchoResponse> {
    final StreamObserver<EchoRequest> requests;
    final CompletableFuture<String> end = new CompletableFuture<>();
    private volatile CompletableFuture<String> answer = new CompletableFuture<>();

    Conversation(ManagedChannel channel) {
      requests = EchoServiceGrpc.newStub(channel).bidi(this);
    }

    CompletableFuture<String> say(String text) {
      answer = new CompletableFuture<>();
      requests.onNext(EchoRequest.newBuilder().setText(text).build());
      return answer;
    }

    @Override
    public void onNext(EchoResponse response) {
      answer.complete(response.getText());
    }

    @Override
    public void onError(Throwable failed) {
      end.complete(failed.toString());
    }

    @Override
    public void onCompleted() {
      end.complete("completed");
    }
  }
}
