package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallClock;
import io.grpcplatform.Live;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.server.ExecutorPlan;
import io.grpcplatform.server.ServerAutoConfiguration;
import io.grpcplatform.server.ServerExecutors;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Load shedding on the executors that the starter gives a server. */
final class ExecutorQueueTest {

  private static final MethodDescriptor<EchoRequest, EchoResponse> ECHO =
      EchoServiceGrpc.getUnaryMethod();
  private static final Metadata.Key<String> PRIORITY =
      Metadata.Key.of("x-platform-priority", Metadata.ASCII_STRING_MARSHALLER);
  private static final int THREADS = 200;
  private static final int QUEUE = 1024;

  private final Held echo = new Held();
  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class,
                  ServerAutoConfiguration.class,
                  LoadSheddingAutoConfiguration.class))
          .withBean(Held.class, () -> echo)
          .withPropertyValues(
              "platform.server.port=0",
              "platform.server.address=127.0.0.1",
              "platform.loadshedding.mode=enforce",
              "platform.server.executor.max-threads=1",
              "platform.server.executor.queue=1");

  /** Holds each call until the test lets one go. */
  private static final class Held extends EchoServiceGrpc.EchoServiceImplBase {
    private final Semaphore held = new Semaphore(0);
    private final Semaphore released = new Semaphore(0);

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> responses) {
      held.release();
      released.acquireUninterruptibly();
      responses.onNext(EchoResponse.getDefaultInstance());
      responses.onCompleted();
    }
  }

  /** What became of a call. */
  private record Ended(Status status, Refusal.@Nullable Reason reason) {
    boolean shed() {
      return reason == Refusal.Reason.OVERLOADED
          && String.valueOf(status.getDescription()).startsWith("This replica is busy");
    }

    boolean foundNoRoom() {
      return reason == Refusal.Reason.OVERLOADED
          && String.valueOf(status.getDescription()).contains("threads of the executor");
    }
  }

  private interface Use {
    void with(AssertableApplicationContext context, ManagedChannel channel) throws Exception;
  }

  private void with(Use use, String... properties) {
    runner
        .withPropertyValues(properties)
        .run(
            context -> {
              int port = context.getEnvironment().getRequiredProperty("local.grpc.port", int.class);
              ManagedChannel channel = open(port);
              try {
                use.with(context, channel);
              } finally {
                echo.released.release(10_000);
                channel.shutdown().awaitTermination(10, TimeUnit.SECONDS);
              }
            });
  }

  private static ManagedChannel open(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().disableRetry().build();
  }

  private static CompletableFuture<Ended> call(
      ManagedChannel channel,
      MethodDescriptor<EchoRequest, EchoResponse> method,
      @Nullable String priority) {
    Metadata headers = new Metadata();
    if (priority != null) {
      headers.put(PRIORITY, priority);
    }
    CompletableFuture<Ended> ended = new CompletableFuture<>();
    ClientCall<EchoRequest, EchoResponse> call =
        channel.newCall(method, CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(new Ended(status, Refusal.reasonOf(trailers)));
          }
        },
        headers);
    call.request(2);
    call.sendMessage(EchoRequest.getDefaultInstance());
    call.halfClose();
    return ended;
  }

  private static List<CompletableFuture<Ended>> calls(
      int count, ManagedChannel channel, @Nullable String priority) {
    List<CompletableFuture<Ended>> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      calls.add(call(channel, ECHO, priority));
    }
    return calls;
  }

  private static Ended end(CompletableFuture<Ended> call) throws Exception {
    return call.get(30, TimeUnit.SECONDS);
  }

  private void fill(ManagedChannel channel, int threads) throws InterruptedException {
    var unused = calls(threads, channel, null);
    assertThat(echo.held.tryAcquire(threads, 30, TimeUnit.SECONDS)).isTrue();
  }

  /** An answer of the event loop, on the same connection: what was sent before it has arrived. */
  private static void allArrived(ManagedChannel channel) throws Exception {
    MethodDescriptor<EchoRequest, EchoResponse> unknown =
        ECHO.toBuilder().setFullMethodName("platform.test.v1.EchoService/Nothing").build();
    assertThat(end(call(channel, unknown, null)).status().getCode())
        .isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  private static LoadSheddingProperties fixed(int limit) {
    return Settings.of("mode", "enforce", "algorithm", "fixed", "initial-limit", "" + limit);
  }

  @Test
  void oneFreeThreadShedsAllThatWaitsButTheCritical() throws Exception {
    // Given the default executor, whose threads all work, with calls waiting almost as many as may,
    LoadSheddingProperties settings = fixed(THREADS);
    LoadPools loads = Settings.loads(settings, Settings.saturated());
    ServerExecutors executors = ServerExecutors.of(ExecutorPlan.platform());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    executors.contribute(builder);
    LoadSheddingServerStage stage =
        new LoadSheddingServerStage(
            Live.fixed(LoadSheddingProperties.class, settings),
            loads,
            executors,
            CallClock.system());
    ServerPipeline.of(List.of(stage)).install(builder);
    Server server = builder.addService(echo).build().start();
    ManagedChannel channel = open(server.getPort());
    try {
      fill(channel, THREADS);
      List<CompletableFuture<Ended>> waiting = calls(QUEUE - 24, channel, null);
      CompletableFuture<Ended> critical = call(channel, ECHO, "critical");
      allArrived(channel);
      // Full with one thread less: else the first that waits takes the free one if its message
      // comes before the critical call has begun.
      loads.change(fixed(THREADS - 1));

      echo.released.release(1);

      for (CompletableFuture<Ended> call : waiting) {
        assertThat(end(call)).matches(Ended::shed, "shed, and not for want of room");
      }
      assertThat(echo.held.tryAcquire(1, 30, TimeUnit.SECONDS)).as("critical one begun").isTrue();
      echo.released.release(THREADS);
      assertThat(end(critical).status().isOk()).isTrue();
    } finally {
      echo.released.release(10_000);
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
      server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
      executors.close();
    }
  }

  @Test
  void fullQueueHasAsManyPlacesAgainForCriticalCalls() {
    with(
        (context, channel) -> {
          fill(channel, 1);
          CompletableFuture<Ended> waits = call(channel, ECHO, null);

          CompletableFuture<Ended> tooMany = call(channel, ECHO, null);
          CompletableFuture<Ended> critical = call(channel, ECHO, "critical");
          CompletableFuture<Ended> evenSo = call(channel, ECHO, "critical");

          assertThat(end(tooMany).foundNoRoom()).isTrue();
          assertThat(end(evenSo).foundNoRoom()).isTrue();
          echo.released.release(10);
          assertThat(end(waits).status().isOk()).isTrue();
          assertThat(end(critical).status().isOk()).isTrue();
        });
  }

  @Test
  void withoutPrioritiesNoCallHasMoreRoom() {
    with(
        (context, channel) -> {
          fill(channel, 1);
          var unused = call(channel, ECHO, null);

          assertThat(end(call(channel, ECHO, "critical")).foundNoRoom()).isTrue();
        },
        "platform.loadshedding.enabled=false");
  }
}
