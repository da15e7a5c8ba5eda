package io.grpcplatform.loadshedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.ServerPipeline;
import io.grpcplatform.SettingException;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Load shedding on a server that plain gRPC builds. */
final class LoadSheddingAloneTest {

  @Test
  void aPlainServerShedsWithOneLineMore() throws Exception {
    ServerBuilder<?> builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new EchoBehaviour());
    ServerPipeline.of(List.of(LoadShedding.server())).install(builder);
    Server server = builder.build().start();
    NettyChannelBuilder channelBuilder =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext();
    LoadShedding.priorities().contribute("echo", channelBuilder);
    ManagedChannel channel = channelBuilder.build();
    try {
      assertThat(EchoServiceGrpc.newBlockingStub(channel).unary(Bench.say("hello")).getText())
          .isEqualTo("hello");
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
      channel.awaitTermination(10, TimeUnit.SECONDS);
      server.awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void itEnforcesWithTheUsualSettings() {
    LoadSheddingProperties alone =
        LoadSheddingProperties.of(
            LoadSheddingProperties.Mode.OBSERVE,
            AdaptiveLimit.Algorithm.VEGAS,
            LoadShedding.INITIAL_LIMIT,
            LoadShedding.MAX_LIMIT,
            Map.of());

    assertThat(alone).as("all but the mode").isEqualTo(Settings.of());
  }

  @Test
  void whatCannotBeUsedIsSaidAtOnce() {
    assertThatThrownBy(() -> LoadShedding.server(20, 0, Map.of()))
        .isInstanceOf(SettingException.class)
        .hasMessageStartingWith("max-limit: 0");
    assertThatThrownBy(() -> LoadShedding.server(20, 100, Map.of("a.B/C", "urgent")))
        .isInstanceOf(SettingException.class)
        .hasMessage(
            "methods[a.B/C]: urgent (expected: critical, default, sheddable or background,"
                + " platform.loadshedding.methods[a.B/C])");
  }
}
