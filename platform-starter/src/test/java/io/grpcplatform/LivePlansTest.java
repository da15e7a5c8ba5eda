package io.grpcplatform;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What calls have of a stage that is switched off and on between and during them. */
final class LivePlansTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  private final LiveSettings settings = new LiveSettings();
  private final Live<Boolean> on = settings.add(Boolean.class, true);
  private final CountingFeature counting = new CountingFeature();
  private final ServerPipeline server =
      ServerPipeline.of(List.of(switched()), method -> true, settings);
  private final ClientPipeline client =
      ClientPipeline.of("echo", List.of(switchedClient()), settings, null);
  private final ExecutorService handlers = Executors.newSingleThreadExecutor();
  private @Nullable LoopbackEcho echo;

  @AfterEach
  void close() throws Exception {
    if (echo != null) {
      echo.close();
    }
    handlers.shutdownNow();
  }

  private ServerFeature switched() {
    ServerFeature always = counting.on(ServerStage.TELEMETRY);
    return new ServerFeature() {
      @Override
      public ServerStage stage() {
        return always.stage();
      }

      @Override
      public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return on.get() ? always.plan(key, method) : null;
      }

      @Override
      public void unseen(CallKey key, Metadata headers, long startNanos, Outcome outcome) {
        always.unseen(key, headers, startNanos, outcome);
      }
    };
  }

  private ClientFeature switchedClient() {
    ClientFeature always = new CountingFeature().on(ClientStage.TELEMETRY);
    return new ClientFeature() {
      @Override
      public ClientStage stage() {
        return always.stage();
      }

      @Override
      public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
        return on.get() ? always.plan(key, method) : null;
      }
    };
  }

  private LoopbackEcho echo() throws Exception {
    LoopbackEcho started = new LoopbackEcho(server, List.of(), client, List.of());
    echo = started;
    return started;
  }

  private void turn(boolean next) {
    settings.apply(Map.of(on, next));
  }

  @Test
  void aStageIsSwitchedOffAndOnBetweenCalls() throws Exception {
    EchoServiceGrpc.EchoServiceBlockingStub stub = EchoServiceGrpc.newBlockingStub(echo().channel);

    stub.unary(HELLO);
    turn(false);
    stub.unary(HELLO);
    stub.unary(HELLO);
    assertThat(counting.begun.sum()).isEqualTo(1);
    turn(true);
    counting.over = new CountDownLatch(1);
    stub.unary(HELLO);

    assertThat(counting.over.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(counting.begun.sum()).isEqualTo(2);
    assertThat(counting.ended.sum()).isEqualTo(2);
    assertThat(counting.unseen.sum()).isZero();
  }

  @Test
  void aStageThatIsOffAtTheStartComesOn() throws Exception {
    turn(false);
    EchoServiceGrpc.EchoServiceBlockingStub stub = EchoServiceGrpc.newBlockingStub(echo().channel);
    stub.unary(HELLO);
    turn(true);
    counting.over = new CountDownLatch(2);

    stub.unary(HELLO);
    stub.unary(HELLO);

    assertThat(counting.over.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(counting.begun.sum()).isEqualTo(2);
    assertThat(counting.twice.get()).isZero();
  }

  @Test
  void aRunningCallKeepsThePlanItBeganWith() throws Exception {
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    counting.over = new CountDownLatch(1);
    StreamObserver<EchoRequest> requests =
        EchoServiceGrpc.newStub(echo().channel).bidi(collecting(answers));
    requests.onNext(HELLO);
    assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("hello");

    turn(false);
    requests.onNext(HELLO);
    requests.onCompleted();

    assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("hello");
    assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("completed");
    assertThat(counting.over.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(counting.ended.sum()).isEqualTo(1);
    assertThat(counting.last.status().getCode()).isEqualTo(Status.Code.OK);
  }

  @Test
  void callsAreCountedOnceHoweverTheirPlanChangesWhileTheyQueue() throws Exception {
    CountDownLatch arrived = new CountDownLatch(2);
    Server serving = serve(arrived);
    ManagedChannel bare = bare(serving);
    CountDownLatch free = occupy();
    try {
      var queued = EchoServiceGrpc.newFutureStub(bare).unary(HELLO);
      ClientCall<EchoRequest, EchoResponse> gone = begin(bare);
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
      // Arrived with a plan that has the stage: the stage is off when the thread comes.
      goAway(gone);
      turn(false);
      free.countDown();

      assertThat(queued.get(10, TimeUnit.SECONDS).getText()).isEqualTo("hello");
      assertThat(counting.unseen.sum()).as("the one that went away, alone").isEqualTo(1);
      assertThat(counting.begun.sum()).isZero();
    } finally {
      free.countDown();
      close(bare, serving);
    }
  }

  @Test
  void aCallThatArrivesBeforeTheNewPlanIsNotOverlooked() throws Exception {
    CountDownLatch arrived = new CountDownLatch(2);
    Server serving = serve(arrived);
    ManagedChannel bare = bare(serving);
    turn(false);
    EchoServiceGrpc.newBlockingStub(bare).unary(HELLO);
    CountDownLatch free = occupy();
    try {
      turn(true);
      ClientCall<EchoRequest, EchoResponse> gone = begin(bare);
      assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

      goAway(gone);

      assertThat(counting.unseen.sum()).isEqualTo(1);
    } finally {
      free.countDown();
      close(bare, serving);
    }
  }

  private Server serve(CountDownLatch arrived) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(handlers)
            .addService(server.bind(new EchoBehaviour().bindService(), List.of()));
    server.trace(builder);
    builder.addStreamTracerFactory(
        new ServerStreamTracer.Factory() {
          @Override
          public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
            arrived.countDown();
            return new ServerStreamTracer() {};
          }
        });
    return builder.build().start();
  }

  private static ManagedChannel bare(Server serving) {
    return NettyChannelBuilder.forAddress("127.0.0.1", serving.getPort()).usePlaintext().build();
  }

  /** Keeps the one thread of the handlers busy until the latch falls. */
  private CountDownLatch occupy() throws InterruptedException {
    CountDownLatch free = new CountDownLatch(1);
    CountDownLatch busy = new CountDownLatch(1);
    handlers.execute(
        () -> {
          busy.countDown();
          awaitQuietly(free);
        });
    assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
    return free;
  }

  private static ClientCall<EchoRequest, EchoResponse> begin(ManagedChannel bare) {
    ClientCall<EchoRequest, EchoResponse> call =
        bare.newCall(EchoServiceGrpc.getUnaryMethod(), CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.sendMessage(HELLO);
    return call;
  }

  private void goAway(ClientCall<?, ?> call) throws InterruptedException {
    counting.over = new CountDownLatch(1);
    call.cancel("does not wait", null);
    assertThat(counting.over.await(10, TimeUnit.SECONDS)).as("the cancel arrived").isTrue();
  }

  private static void close(ManagedChannel channel, Server serving) throws InterruptedException {
    channel.shutdownNow();
    assertThat(serving.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aMethodWithoutStagesIsNotWrappedAfterAChange() throws Exception {
    LoopbackEcho running = echo();
    turn(false);

    ClientCall<EchoRequest, EchoResponse> call =
        client.interceptCall(
            EchoServiceGrpc.getUnaryMethod(), CallOptions.DEFAULT, running.channel);

    assertThat(call).isNotInstanceOf(ClientCallMachine.class);
    turn(true);
    assertThat(
            client.interceptCall(
                EchoServiceGrpc.getUnaryMethod(), CallOptions.DEFAULT, running.channel))
        .isInstanceOf(ClientCallMachine.class);
  }

  @Test
  void plansAreMadeOncePerMethodAndVersion() throws Exception {
    List<Integer> made = new java.util.concurrent.CopyOnWriteArrayList<>();
    MethodPlans plans =
        new MethodPlans(
            settings,
            (method, version) -> {
              made.add(version);
              return new MethodPlan(CallKey.of("", method), List.of(), false, null, version);
            });
    ExecutorService callers = Executors.newFixedThreadPool(4);
    for (int version = 0; version < 50; version++) {
      CountDownLatch together = new CountDownLatch(1);
      List<Future<Integer>> seen = new java.util.ArrayList<>();
      for (int i = 0; i < 4; i++) {
        seen.add(
            callers.submit(
                () -> {
                  together.await();
                  return plans.of(EchoServiceGrpc.getUnaryMethod()).version();
                }));
      }
      together.countDown();
      for (Future<Integer> one : seen) {
        assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo(version);
      }
      settings.changed();
    }
    callers.shutdown();

    assertThat(made).hasSize(50).isSorted();
  }

  @Test
  void aChangeDuringThePlansMakingMakesItStale() {
    AtomicReference<Runnable> during = new AtomicReference<>(settings::changed);
    MethodPlans plans =
        new MethodPlans(
            settings,
            (method, version) -> {
              during.getAndSet(() -> {}).run();
              return new MethodPlan(CallKey.of("", method), List.of(), false, null, version);
            });

    MethodPlan first = plans.of(EchoServiceGrpc.getUnaryMethod());

    assertThat(first.version()).isZero();
    assertThat(plans.holds(first)).isFalse();
    assertThat(plans.of(EchoServiceGrpc.getUnaryMethod()).version()).isEqualTo(1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static StreamObserver<EchoResponse> collecting(BlockingQueue<String> answers) {
    return new StreamObserver<>() {
      @Override
      public void onNext(EchoResponse response) {
        answers.add(response.getText());
      }

      @Override
      public void onError(Throwable failed) {
        answers.add(failed.toString());
      }

      @Override
      public void onCompleted() {
        answers.add("completed");
      }
    };
  }
}
