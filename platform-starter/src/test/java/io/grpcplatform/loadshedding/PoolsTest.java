package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallPools;
import io.grpcplatform.Live;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.RankedServiceGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two services of one server over loopback, each on threads of its own. */
final class PoolsTest {

  private static final CallPools BY_SERVICE = method -> String.valueOf(method.getServiceName());

  /** Answers at once. */
  private static final class Ranked extends RankedServiceGrpc.RankedServiceImplBase {
    @Override
    public void browse(EchoRequest request, StreamObserver<EchoResponse> responses) {
      responses.onNext(EchoResponse.getDefaultInstance());
      responses.onCompleted();
    }
  }

  @Test
  void waitingCallsOfOneServiceShedNoCallOfAnother() throws Exception {
    LoadSheddingProperties settings =
        Settings.of("mode", "enforce", "algorithm", "fixed", "initial-limit", "1");
    LoadPools loads = Settings.loads(settings, Settings.idle());
    LoadGate crowded = loads.of(EchoServiceGrpc.SERVICE_NAME).gate();
    // Its calls have waited for long, and fill its limit.
    crowded.add(LoadGate.WORK);
    assertThat(crowded.shedsNew(Priority.DEFAULT, false, 500_000_000, System.nanoTime())).isTrue();
    ExecutorService echoThreads = Executors.newSingleThreadExecutor();
    ServerPipeline pipeline =
        ServerPipeline.of(
            List.of(
                new LoadSheddingServerStage(
                    Live.fixed(LoadSheddingProperties.class, settings),
                    loads,
                    BY_SERVICE,
                    CallClock.system())));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .callExecutor(forEcho(echoThreads));
    pipeline.install(builder);
    Server server = builder.addService(new HeldEcho()).addService(new Ranked()).build().start();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    try {
      assertThat(RankedServiceGrpc.newBlockingStub(channel).browse(Bench.say("")))
          .isEqualTo(EchoResponse.getDefaultInstance());
      assertThatThrownBy(() -> EchoServiceGrpc.newBlockingStub(channel).unary(Bench.say("")))
          .satisfies(
              refused ->
                  assertThat(Refusal.reasonOf(io.grpc.Status.trailersFromThrowable(refused)))
                      .isEqualTo(Refusal.Reason.OVERLOADED));
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
      channel.awaitTermination(10, TimeUnit.SECONDS);
      server.awaitTermination(10, TimeUnit.SECONDS);
      echoThreads.shutdown();
    }
  }

  private static ServerCallExecutorSupplier forEcho(Executor threads) {
    return new ServerCallExecutorSupplier() {
      @Override
      public <Q, R> @Nullable Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
        return EchoServiceGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName())
            ? threads
            : null;
      }
    };
  }

  @Test
  void methodsOfOnePoolShareItsGate() {
    LoadPools loads = Settings.loads(Settings.of(), Settings.idle());

    assertThat(loads.of("one")).isSameAs(loads.of("one"));
    assertThat(loads.of("one").gate()).isNotSameAs(loads.of("two").gate());
  }

  @Test
  void aPoolThatAppearsAfterAChangeFollowsIt() {
    LoadPools loads = Settings.loads(Settings.of(), Settings.idle());
    loads.change(Settings.of("initial-limit", "7", "mode", "enforce"));

    assertThat(loads.of("late").gate().limit()).isEqualTo(7);
    assertThat(loads.of("late").gate().rules().mode())
        .isEqualTo(LoadSheddingProperties.Mode.ENFORCE);
  }
}
