package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Deadlines on plain grpc-java builders, without Spring. */
final class StandAloneTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  private final BlockingQueue<Deadline> given = new LinkedBlockingQueue<>();
  private Server server;
  private ManagedChannel channel;

  @AfterEach
  void stop() throws InterruptedException {
    if (server == null) {
      return;
    }
    channel.shutdownNow();
    server.shutdownNow();
    channel.awaitTermination(10, TimeUnit.SECONDS);
    server.awaitTermination(10, TimeUnit.SECONDS);
  }

  private static Server serve(BindableService service) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(service);
    ServerPipeline.of(List.of(Deadlines.server(Duration.ZERO, Duration.ofSeconds(2))))
        .install(builder);
    return builder.build().start();
  }

  private static ManagedChannel connect(int port) {
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext();
    ClientPipeline.of("payment", List.of(Deadlines.client(Duration.ofSeconds(1)))).install(builder);
    return builder.build();
  }

  /** Answers only who may wait longer than the server's cap; the others' calls hang. */
  private final class Handler extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      given.add(Context.current().getDeadline());
      if (request.getText().equals("hello")) {
        response.onNext(EchoResponse.getDefaultInstance());
        response.onCompleted();
      }
    }
  }

  private void open() throws IOException {
    server = serve(new Handler());
    channel = connect(server.getPort());
  }

  @Test
  void onAPlainChannelCallsGetTheirDefault() throws Exception {
    open();

    EchoServiceGrpc.newBlockingStub(channel).unary(HELLO);

    assertThat(given.take().timeRemaining(TimeUnit.MILLISECONDS)).isBetween(-5_000L, 1_000L);
  }

  @Test
  void aPlainServerCutsWhatTakesTooLong() throws Exception {
    open();

    StatusRuntimeException ended =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                EchoServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .unary(EchoRequest.newBuilder().setText("hang").build()));

    assertThat(ended.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(ended.getStatus().getDescription()).contains("The server's own deadline");
  }

  @Test
  void theFactoriesHaveTheDefaultsOfTheProperties() {
    assertThat(DeadlineProperties.ofClient(DeadlineProperties.DEFAULT)).isEqualTo(Settings.of());
    assertThat(DeadlineProperties.ofServer(Duration.ofSeconds(1), Duration.ofSeconds(2)))
        .isEqualTo(Settings.of("server.default", "1s", "server.max", "2s"));
  }
}
