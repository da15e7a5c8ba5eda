package io.grpcplatform.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** In which state the channels of an application are, over loopback. */
final class ClientMetricsTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void aChannelIsShownFromItsFirstCallOn() throws Exception {
    try (Loopback loopback = Loopback.serving(new EchoBehaviour())) {
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(PlatformAutoConfiguration.class, ClientAutoConfiguration.class))
          .withPropertyValues(
              "platform.client.channels.echo.target=static://127.0.0.1:" + loopback.port())
          .run(
              context -> {
                context.getBean(ClientMetrics.class).bindTo(registry);
                assertThat(registry.getMeters()).isEmpty();

                context
                    .getBean(GrpcChannels.class)
                    .stub("echo", EchoServiceGrpc.EchoServiceBlockingStub.class)
                    .unary(EchoRequest.newBuilder().setText("hello").build());

                assertOnly("echo", ConnectivityState.READY);
              });
      assertOnly("echo", ConnectivityState.SHUTDOWN);
    }
  }

  @Test
  void lookingNeverMakesAChannelConnect() {
    ClientMetrics metrics = new ClientMetrics();
    ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", 1).build();
    metrics.built("quiet", channel);
    metrics.bindTo(registry);

    assertOnly("quiet", ConnectivityState.IDLE);

    assertOnly("quiet", ConnectivityState.IDLE);
    channel.shutdownNow();
  }

  @Test
  void aChannelThatIsMadeAgainIsTheOneShown() {
    ClientMetrics metrics = new ClientMetrics();
    metrics.bindTo(registry);
    ManagedChannel first = NettyChannelBuilder.forAddress("127.0.0.1", 1).build();
    metrics.built("again", first);
    first.shutdownNow();
    assertOnly("again", ConnectivityState.SHUTDOWN);

    ManagedChannel second = NettyChannelBuilder.forAddress("127.0.0.1", 1).build();
    metrics.built("again", second);

    assertOnly("again", ConnectivityState.IDLE);
    second.shutdownNow();
  }

  private void assertOnly(String channel, ConnectivityState expected) {
    for (ConnectivityState state : ConnectivityState.values()) {
      double value =
          registry
              .get("platform.client.state")
              .tags("channel", channel, "state", state.name())
              .gauge()
              .value();
      assertThat(value).as(state.name()).isEqualTo(state == expected ? 1 : 0);
    }
  }
}
