package io.grpcplatform.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpcplatform.CallKey;
import io.grpcplatform.ChannelContributor;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

class ChannelsTest {

  private static final EchoRequest HELLO = EchoRequest.newBuilder().setText("hello").build();
  private static final Metadata.Key<String> PATH =
      Metadata.Key.of("path", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> USER_AGENT =
      Metadata.Key.of("user-agent", Metadata.ASCII_STRING_MARSHALLER);

  private final EchoServer server = new EchoServer("payment");
  private final ApplicationContextRunner application =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(PlatformAutoConfiguration.class, ClientAutoConfiguration.class))
          .withPropertyValues(server.targetOf("payment"));

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void makesAChannelWithItsFirstCall() {
    application
        .withBean(Watcher.class)
        .run(
            context -> {
              Watcher watcher = context.getBean(Watcher.class);
              var stub = stub(context, "payment");

              assertThat(watcher.built).isEmpty();
              stub.unary(HELLO);
              stub.unary(HELLO);

              assertThat(watcher.built).containsOnlyKeys("payment");
              assertThat(watcher.contributed).containsExactly("payment");
            });
  }

  @Test
  void closesUsedChannelsWithTheContext() {
    Watcher watcher = new Watcher();
    application
        .withBean(Watcher.class, () -> watcher)
        .run(context -> stub(context, "payment").unary(HELLO));

    assertThat(watcher.built.get("payment").isTerminated()).isTrue();
  }

  @Test
  void refusesCallsOnceTheContextHasClosed() {
    var stubs = new CopyOnWriteArrayList<EchoServiceGrpc.EchoServiceBlockingStub>();
    application
        .withPropertyValues(server.targetOf("unused"))
        .run(
            context -> {
              stubs.add(stub(context, "payment"));
              stubs.add(stub(context, "unused"));
              stubs.get(0).unary(HELLO);
            });

    assertThat(stubs)
        .hasSize(2)
        .allSatisfy(stub -> assertThat(statusOf(stub)).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void worksAgainAfterTheContextWasRestarted() {
    application.run(
        context -> {
          var stub = stub(context, "payment");
          stub.unary(HELLO);

          context.getSourceApplicationContext().stop();
          Status.Code stopped = statusOf(stub);
          context.getSourceApplicationContext().start();

          assertThat(stopped).isEqualTo(Status.Code.UNAVAILABLE);
          assertThat(stub.unary(HELLO).getText()).isEqualTo("payment:hello");
        });
  }

  @Test
  void runsInterceptorsInOrderOutsideTheFeatures() {
    application
        .withUserConfiguration(Interceptors.class)
        .run(
            context -> {
              stub(context, "payment").unary(HELLO);

              assertThat(server.headers.take().getAll(PATH))
                  .containsExactly("type", "method", "feature");
            });
  }

  @Test
  void letsTheLastCustomizerWinOverProperties() {
    application
        .withPropertyValues("platform.client.channels.payment.user-agent=from-property")
        .run(
            context -> {
              stub(context, "payment").unary(HELLO);

              assertThat(server.headers.take().get(USER_AGENT)).startsWith("from-property ");
            });
    application
        .withPropertyValues("platform.client.channels.payment.user-agent=from-property")
        .withUserConfiguration(Customizers.class)
        .run(
            context -> {
              stub(context, "payment").unary(HELLO);

              assertThat(server.headers.take().get(USER_AGENT)).startsWith("second-payment ");
            });
  }

  @Test
  void reachesTheSecondAddressWhileTheFirstIsDown() {
    application
        .withPropertyValues(
            "platform.client.channels.both.wait-for-ready=true",
            // Nobody listens on the first port.
            "platform.client.channels.both.target=static://127.0.0.1:1," + server.address())
        .run(
            context -> {
              String answer = stub(context, "both").unary(HELLO).getText();

              assertThat(answer).isEqualTo("payment:hello");
            });
  }

  @Test
  void reachesServersByNameAndPort() {
    application
        .withPropertyValues(
            "platform.client.channels.plain.target=" + server.address(),
            "platform.client.channels.dns.target=dns:///" + server.address())
        .run(
            context -> {
              assertThat(stub(context, "plain").unary(HELLO).getText()).isEqualTo("payment:hello");
              assertThat(stub(context, "dns").unary(HELLO).getText()).isEqualTo("payment:hello");
            });
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux and macOS have native transports")
  void reachesServersByUnixSocket() throws Exception {
    Path socket = Files.createTempDirectory(Path.of("/tmp"), "grpc").resolve("echo.sock");
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    Server onSocket =
        NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .addService(new EchoServer.Echo("unix"))
            .build()
            .start();
    application
        .withPropertyValues("platform.client.channels.local.target=unix:" + socket)
        .run(
            context ->
                assertThat(stub(context, "local").unary(HELLO).getText()).isEqualTo("unix:hello"));

    onSocket.shutdownNow();
    var unused = loops.shutdownGracefully();
  }

  @Test
  void keepsResolversToTheirOwnContext() {
    ApplicationContextRunner withResolver =
        application
            .withBean(FixtureResolverProvider.class, () -> new FixtureResolverProvider(server))
            .withPropertyValues("platform.client.channels.fixture.target=fixture:///any");
    withResolver.run(
        first -> {
          String answer = stub(first, "fixture").unary(HELLO).getText();

          assertThat(answer).isEqualTo("payment:hello");
          application
              .withPropertyValues("platform.client.channels.fixture.target=fixture:///any")
              .run(
                  second ->
                      assertThat(second)
                          .getFailure()
                          .rootCause()
                          .hasMessageContaining("platform.client.channels.fixture.target"));
          NameResolverRegistry global = NameResolverRegistry.getDefaultRegistry();
          assertThat(global.getProviderForScheme("fixture")).isNull();
          assertThat(global.getProviderForScheme("static")).isNull();
        });
  }

  @Test
  void failsTheStartWhereTwoFeaturesClaimOneStage() {
    application
        .withBean("one", PathFeature.class, PathFeature::new)
        .withBean("two", PathFeature.class, PathFeature::new)
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("both claim the client stage FAULT"));
  }

  @Test
  void waitsForAConnectionOnlyWhereAsked() {
    application
        .withUserConfiguration(WaitObserver.class)
        .withPropertyValues(
            server.targetOf("patient"), "platform.client.channels.patient.wait-for-ready=true")
        .run(
            context -> {
              List<Boolean> seen = context.getBean(WaitObserver.class).seen;

              stub(context, "payment").unary(HELLO);
              stub(context, "patient").unary(HELLO);

              assertThat(seen).containsExactly(false, true);
            });
  }

  private static EchoServiceGrpc.EchoServiceBlockingStub stub(
      ApplicationContext context, String channel) {
    return context
        .getBean(GrpcChannels.class)
        .stub(channel, EchoServiceGrpc.EchoServiceBlockingStub.class);
  }

  private static Status.Code statusOf(EchoServiceGrpc.EchoServiceBlockingStub stub) {
    try {
      stub.unary(HELLO);
      return Status.Code.OK;
    } catch (StatusRuntimeException failed) {
      return failed.getStatus().getCode();
    }
  }

  /** Keeps what it is shown of the channels. */
  static final class Watcher implements ChannelContributor {
    final List<String> contributed = new CopyOnWriteArrayList<>();
    final Map<String, ManagedChannel> built = new ConcurrentHashMap<>();

    @Override
    public void contribute(String channel, ManagedChannelBuilder<?> builder) {
      contributed.add(channel);
    }

    @Override
    public void built(String channel, ManagedChannel managed) {
      built.put(channel, managed);
    }
  }

  /** Writes its name into the request headers, as the feature below does. */
  static class Signing implements ClientInterceptor {
    private final String name;

    Signing(String name) {
      this.name = name;
    }

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          headers.put(PATH, name);
          super.start(listener, headers);
        }
      };
    }
  }

  @GlobalClientInterceptor
  @Order(1)
  static final class OnType extends Signing {
    OnType() {
      super("type");
    }
  }

  static final class PathFeature implements ClientFeature {
    @Override
    public ClientStage stage() {
      return ClientStage.FAULT;
    }

    @Override
    public StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      return start -> {
        start.headers().put(PATH, "feature");
        return null;
      };
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Interceptors {

    @Bean
    @GlobalClientInterceptor
    @Order(2)
    ClientInterceptor onMethod() {
      return new Signing("method");
    }

    @Bean
    OnType onType() {
      return new OnType();
    }

    @Bean
    ClientInterceptor notGlobal() {
      return new Signing("not global");
    }

    @Bean
    PathFeature feature() {
      return new PathFeature();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Customizers {

    @Bean
    @Order(2)
    GrpcChannelCustomizer second() {
      return (channel, builder) -> builder.userAgent("second-" + channel);
    }

    @Bean
    @Order(1)
    GrpcChannelCustomizer first() {
      return (channel, builder) -> builder.userAgent("first-" + channel);
    }
  }

  @GlobalClientInterceptor
  static final class WaitObserver implements ClientInterceptor {
    final List<Boolean> seen = new CopyOnWriteArrayList<>();

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      seen.add(options.isWaitForReady());
      return next.newCall(method, options);
    }
  }

  /** Resolves {@code fixture:} through the static resolver, in one context only. */
  static final class FixtureResolverProvider extends NameResolverProvider {
    private final EchoServer server;

    FixtureResolverProvider(EchoServer server) {
      this.server = server;
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      return new StaticNameResolverProvider()
          .newNameResolver(URI.create("static:///" + server.address()), args);
    }

    @Override
    public String getDefaultScheme() {
      return "fixture";
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
