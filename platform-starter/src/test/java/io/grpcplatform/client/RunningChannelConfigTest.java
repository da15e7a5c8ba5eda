package io.grpcplatform.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallClock;
import io.grpcplatform.ChannelContributor;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoResponse;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.grpcplatform.testing.ManualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** What becomes of a service config that changes while its channel is in use. */
final class RunningChannelConfigTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();

  @TempDir Path directory;

  private final ManualClock clock = new ManualClock();
  private final Wanted wanted = new Wanted();
  private final AlwaysDown service = new AlwaysDown();
  private Server server;

  @BeforeEach
  void serve() throws IOException {
    server =
        serve(
            NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
  }

  private Server serve(ServerBuilder<?> builder) throws IOException {
    return builder.addService(service).build().start();
  }

  @AfterEach
  void close() {
    server.shutdownNow();
  }

  @Test
  void aChangeReachesAChannelByDns() {
    assertChangesArrive("dns:///localhost:" + server.getPort());
  }

  @Test
  void aChangeReachesAChannelOfFixedAddresses() {
    assertChangesArrive("static://127.0.0.1:" + server.getPort());
  }

  @Test
  void aChangeReachesAnInProcessChannel() throws IOException {
    Server inProcess = serve(InProcessServerBuilder.forName("changing"));
    try {
      assertChangesArrive("in-process:changing");
    } finally {
      inProcess.shutdownNow();
    }
  }

  @Test
  void aChangeReachesAChannelToASocketFile() throws IOException {
    Assumptions.assumeTrue(Epoll.isAvailable(), "needs Linux: there is no epoll here");
    Path file = directory.resolve("down.sock");
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    Server local =
        serve(
            NettyServerBuilder.forAddress(new DomainSocketAddress(file.toFile()))
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .channelType(EpollServerDomainSocketChannel.class));
    try {
      assertChangesArrive("unix:" + file);
    } finally {
      local.shutdownNow();
      var unused = group.shutdownGracefully();
    }
  }

  private void assertChangesArrive(String target) {
    application(target)
        .run(
            context -> {
              wanted.attempts = 2;
              int first = attempts(context);

              wanted.attempts = 4;
              context.getBean(LiveSettings.class).changed();
              int second = attemptsOnceHeard(4, context);

              wanted.attempts = 1;
              context.getBean(LiveSettings.class).changed();
              int soon = attempts(context);
              clock.advance(Duration.ofSeconds(10));
              int later = attemptsOnceHeard(1, context);

              assertThat(List.of(first, second, soon, later)).containsExactly(2, 4, 4, 1);
            });
  }

  @Test
  void aChannelThatBeganWithoutAConfigGetsOne() {
    application("static://127.0.0.1:" + server.getPort())
        .run(
            context -> {
              int before = attempts(context);

              wanted.attempts = 3;
              context.getBean(LiveSettings.class).changed();

              assertThat(before).isEqualTo(1);
              assertThat(attemptsOnceHeard(3, context)).isEqualTo(3);
            });
  }

  @Test
  void aResolversOwnConfigWinsBeforeAndAfter() {
    wanted.attempts = 2;
    application("own:///backend")
        .withBean(OwnConfigProvider.class, () -> new OwnConfigProvider(server.getPort()))
        .run(
            context -> {
              int before = attempts(context);

              wanted.attempts = 4;
              context.getBean(LiveSettings.class).changed();

              assertThat(before).isEqualTo(3);
              assertThat(attempts(context)).isEqualTo(3);
            });
  }

  @Test
  void aCustomizersConfigReplacesThatOfTheFeatures() {
    wanted.attempts = 2;
    application("static://127.0.0.1:" + server.getPort())
        .withBean(
            GrpcChannelCustomizer.class,
            () -> (channel, builder) -> builder.defaultServiceConfig(retrying(3)))
        .run(context -> assertThat(attempts(context)).isEqualTo(3));
  }

  @Test
  void aCustomizersConfigStaysWithoutConfigLookUp() {
    wanted.attempts = 2;
    application("static://127.0.0.1:" + server.getPort())
        .withBean(
            GrpcChannelCustomizer.class,
            () ->
                (channel, builder) ->
                    builder.defaultServiceConfig(retrying(3)).disableServiceConfigLookUp())
        .run(
            context -> {
              int before = attempts(context);

              wanted.attempts = 4;
              context.getBean(LiveSettings.class).changed();

              assertThat(before).isEqualTo(3);
              assertThat(attempts(context)).isEqualTo(3);
            });
  }

  @Test
  void twoFeaturesWithOneKeyFailTheStart() {
    wanted.attempts = 2;
    application("static://127.0.0.1:" + server.getPort())
        .withBean("other", Wanted.class, () -> wanted)
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("both give \"methodConfig\""));
  }

  private ApplicationContextRunner application(String target) {
    return new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(PlatformAutoConfiguration.class, ClientAutoConfiguration.class))
        .withPropertyValues("platform.client.channels.echo.target=" + target)
        .withBean(CallClock.class, () -> clock)
        .withBean("wanted", Wanted.class, () -> wanted);
  }

  /** The same once the channel has heard of a change, which it does on a thread of gRPC's. */
  private int attemptsOnceHeard(int expected, ApplicationContext context) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    int seen;
    do {
      seen = attempts(context);
    } while (seen != expected && System.nanoTime() < end);
    return seen;
  }

  /** How often the server sees one call. */
  private int attempts(ApplicationContext context) {
    int before = service.attempts.get();
    try {
      context.getBean(GrpcChannels.class).stub("echo", EchoServiceBlockingStub.class).unary(HELLO);
    } catch (StatusRuntimeException failed) {
      assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
    return service.attempts.get() - before;
  }

  private static Map<String, ?> retrying(int attempts) {
    return Map.of(
        "methodConfig",
        List.of(
            Map.of(
                "name",
                List.of(Map.of()),
                "retryPolicy",
                Map.of(
                    "maxAttempts",
                    (double) attempts,
                    "initialBackoff",
                    "0.001000000s",
                    "maxBackoff",
                    "0.001000000s",
                    "backoffMultiplier",
                    1.0,
                    "retryableStatusCodes",
                    List.of("UNAVAILABLE")))));
  }

  /** A feature that retries everything; no retries for less than two attempts. */
  private static final class Wanted implements ChannelContributor {
    private int attempts;

    @Override
    public Map<String, ?> serviceConfig(String channel) {
      return attempts < 2 ? Map.of() : retrying(attempts);
    }
  }

  private static final class AlwaysDown extends EchoServiceGrpc.EchoServiceImplBase {
    private final AtomicInteger attempts = new AtomicInteger();

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> response) {
      attempts.incrementAndGet();
      response.onError(Status.UNAVAILABLE.asException());
    }
  }

  /** Resolves to one server with three attempts. */
  private static final class OwnConfigProvider extends NameResolverProvider {
    private final int port;

    OwnConfigProvider(int port) {
      this.port = port;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      return new NameResolver() {
        @Override
        public String getServiceAuthority() {
          return "localhost";
        }

        @Override
        public void start(Listener2 listener) {
          listener.onResult2(
              ResolutionResult.newBuilder()
                  .setAddressesOrError(
                      StatusOr.fromValue(
                          List.of(
                              new EquivalentAddressGroup(
                                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))))
                  .setServiceConfig(args.getServiceConfigParser().parseServiceConfig(retrying(3)))
                  .build());
        }

        @Override
        public void shutdown() {}
      };
    }

    @Override
    public String getDefaultScheme() {
      return "own";
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 5;
    }
  }
}
