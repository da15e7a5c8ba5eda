package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpcplatform.Caller;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Limits on a server and a channel of plain grpc-java: no starter, no Spring. */
final class StandaloneTest {

  private final List<ManagedChannel> channels = new ArrayList<>();
  private Server server;

  @AfterEach
  void stop() throws InterruptedException {
    channels.forEach(ManagedChannel::shutdownNow);
    server.shutdownNow();
    server.awaitTermination(10, TimeUnit.SECONDS);
  }

  private static NettyServerBuilder builder() {
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .addService(new EchoBehaviour());
  }

  private EchoServiceBlockingStub stub(NettyServerBuilder builder, ClientPipeline... pipelines)
      throws IOException {
    server = builder.build().start();
    NettyChannelBuilder channelBuilder =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext();
    for (ClientPipeline pipeline : pipelines) {
      pipeline.install(channelBuilder);
    }
    ManagedChannel channel = channelBuilder.build();
    channels.add(channel);
    return EchoServiceGrpc.newBlockingStub(channel);
  }

  private static Refusal.Reason after(int allowed, EchoServiceBlockingStub stub) {
    for (int i = 0; i < allowed; i++) {
      assertThat(stub.unary(Talk.words("hello")).getText()).isEqualTo("hello");
    }
    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, () -> stub.unary(Talk.words("hello")));
    return Refusal.reasonOf(refused.getTrailers());
  }

  @Test
  void aServerOfItsOwnTakesALimitInOneLine() throws Exception {
    NettyServerBuilder serverBuilder = builder();

    ServerPipeline.of(List.of(RateLimits.server(RateLimit.of("100/h").withBurst(2))))
        .install(serverBuilder);

    assertThat(after(2, stub(serverBuilder))).isEqualTo(Refusal.Reason.RATE_LIMITED);
  }

  @Test
  void aChannelOfItsOwnTakesALimitInOneLine() throws Exception {
    ClientPipeline pipeline =
        ClientPipeline.of(
            "payment", List.of(RateLimits.client(RateLimit.of("100/h").withBurst(2))));

    assertThat(after(2, stub(builder(), pipeline))).isEqualTo(Refusal.Reason.RATE_LIMITED);
  }

  @Test
  void callersAreToldApartByTheUsersOwnResolver() throws Exception {
    NettyServerBuilder serverBuilder = builder();
    List<String> asked = new ArrayList<>();
    RateLimit perCaller = RateLimit.slidingWindow("3/h").per(RateLimit.Per.CALLER);

    ServerPipeline.of(
            List.of(
                RateLimits.server(
                    Map.of("platform.test.v1.EchoService/*", perCaller),
                    call -> {
                      asked.add(call.key().method());
                      return new Caller("ann", null);
                    })))
        .install(serverBuilder);

    assertThat(after(3, stub(serverBuilder))).isEqualTo(Refusal.Reason.RATE_LIMITED);
    assertThat(asked).containsExactly("Unary", "Unary", "Unary", "Unary");
  }
}
