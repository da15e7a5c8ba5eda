package io.grpcplatform.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.CallKey;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.SettingException;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

final class ServerAutoConfigurationTest {

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(PlatformAutoConfiguration.class, ServerAutoConfiguration.class))
          .withPropertyValues("platform.server.port=0", "platform.server.address=127.0.0.1");

  @Test
  void servesEveryServiceBeanOnPublishedPort() {
    runner
        .withBean(EchoHandler.class)
        .run(
            context -> {
              int port = context.getEnvironment().getRequiredProperty("local.grpc.port", int.class);

              String answer = over(loopback(port), channel -> echo(channel, "hello"));

              assertThat(answer).isEqualTo("hello");
            });
  }

  @Test
  void startsNoServerWithoutServiceBean() {
    runner.run(
        context -> {
          assertThat(context.getBean(ServerLifecycle.class).isRunning()).isFalse();
          assertThat(context.getEnvironment().containsProperty("local.grpc.port")).isFalse();
        });
  }

  @Test
  void startsNothingWhenSwitchedOff() {
    runner
        .withBean(EchoHandler.class)
        .withPropertyValues("platform.server.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(ServerLifecycle.class));
  }

  @Test
  void refusesTwoBeansOfOneService() {
    runner
        .withBean("first", EchoHandler.class)
        .withBean("second", EchoHandler.class)
        .run(
            context -> {
              var analysis =
                  new DuplicateServiceFailureAnalyzer().analyze(context.getStartupFailure());

              assertThat(analysis).isNotNull();
              assertThat(analysis.getDescription())
                  .startsWith("Two beans serve platform.test.v1.EchoService: 'first' (")
                  .contains(" and 'second' (");
              assertThat(analysis.getAction()).startsWith("Remove one of the two beans");
            });
  }

  @Test
  void namesThePropertyWhenPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();

      runner
          .withBean(EchoHandler.class)
          .withPropertyValues("platform.server.port=" + port)
          .run(
              context -> {
                assertThat(context).hasFailed();
                assertThat(context.getStartupFailure())
                    .cause()
                    .isInstanceOf(PortInUseException.class)
                    .hasMessageContaining("port " + port)
                    .hasMessageContaining("platform.server.port");
              });
    }
  }

  @Test
  void namesThePropertyWhenAddressIsForeign() {
    runner
        .withBean(EchoHandler.class)
        .withPropertyValues("platform.server.address=192.0.2.1")
        .run(
            context ->
                assertThat(settingFailure(context))
                    .hasMessageContaining("address: 192.0.2.1")
                    .hasMessageContaining("platform.server.address"));
  }

  @Test
  void refusesPropertiesThatItDoesNotKnow() {
    runner
        .withBean(EchoHandler.class)
        .withPropertyValues("platform.server.ssl.bundle=orders")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("platform.server.ssl.bundle"));
  }

  @Test
  void refusesPortsThatDoNotExist() {
    runner
        .withPropertyValues("platform.server.port=65536")
        .run(
            context ->
                assertThat(settingFailure(context))
                    .hasMessage(
                        "port: 65536 (expected: 0 to 65535, or -1 for no socket, platform.server.port)"));
  }

  @Test
  void refusesGraceBeyondSpringsShutdownPhase() {
    runner
        .withPropertyValues(
            "platform.server.shutdown.drain-delay=11s", "platform.server.shutdown.grace-period=20s")
        .run(
            context -> {
              SettingException failure = settingFailure(context);
              assertThat(failure)
                  .hasMessageContaining("grace-period: 20s")
                  .hasMessageContaining("the 30s of spring.lifecycle.timeout-per-shutdown-phase");
              assertThat(failure.yaml()).contains("timeout-per-shutdown-phase: 31s");
            });
  }

  @Test
  void drainsFiveSecondsOnKubernetesOnly() {
    runner.run(context -> assertThat(context.getBean(DrainTimes.class).delay()).hasSeconds(0));
    runner
        .withPropertyValues("spring.main.cloud-platform=kubernetes")
        .run(context -> assertThat(context.getBean(DrainTimes.class).delay()).hasSeconds(5));
  }

  @Test
  void runsGlobalInterceptorsInOrderThenOwn() {
    runner
        .withUserConfiguration(Interceptors.class)
        .run(
            context -> {
              var seen = context.getBean(Seen.class);

              over(loopback(context), channel -> echo(channel, "hello"));

              assertThat(seen.names).containsExactly("second", "third", "own");
            });
  }

  @Test
  void customizerWinsOverProperties() {
    runner
        .withBean(EchoHandler.class)
        .withPropertyValues("platform.server.inbound.message.max-size=1MB")
        .withBean(GrpcServerCustomizer.class, () -> builder -> builder.maxInboundMessageSize(64))
        .run(
            context -> {
              Throwable refused =
                  over(
                      loopback(context),
                      channel -> catchThrowable(() -> echo(channel, "x".repeat(65))));

              assertThat(code(refused)).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            });
  }

  @Test
  void boundsRequestMessagesByProperty() {
    runner
        .withBean(EchoHandler.class)
        .withPropertyValues("platform.server.inbound.message.max-size=100B")
        .run(
            context -> {
              Throwable refused =
                  over(
                      loopback(context),
                      channel -> catchThrowable(() -> echo(channel, "x".repeat(101))));

              assertThat(code(refused)).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            });
  }

  @Test
  void reflectsServicesOnlyWhenAsked() {
    runner
        .withBean(EchoHandler.class)
        .run(
            context ->
                assertThat(code(catchThrowable(() -> over(loopback(context), this::reflected))))
                    .isEqualTo(Status.Code.UNIMPLEMENTED));
    runner
        .withBean(EchoHandler.class)
        .withPropertyValues("platform.server.reflection.enabled=true")
        .run(
            context ->
                assertThat(over(loopback(context), this::reflected))
                    .contains(
                        "platform.test.v1.EchoService",
                        "grpc.reflection.v1.ServerReflection",
                        "grpc.reflection.v1alpha.ServerReflection"));
  }

  @Test
  void runsTheSamePipelineInProcess() {
    CountingFeature feature = new CountingFeature();
    runner
        .withBean(EchoHandler.class)
        .withBean(ServerFeature.class, () -> feature)
        .withPropertyValues(
            "platform.server.in-process-name=same-pipeline", "platform.server.port=-1")
        .run(
            context -> {
              String answer =
                  over(
                      InProcessChannelBuilder.forName("same-pipeline").build(),
                      channel -> echo(channel, "inside"));

              assertThat(answer).isEqualTo("inside");
              assertThat(feature.calls).containsExactly("platform.test.v1.EchoService/Unary");
              assertThat(context.getEnvironment().containsProperty("local.grpc.port")).isFalse();
            });
  }

  @Test
  void refusesEarlyHeaderKeysThatBindNothing() {
    runner
        .withBean(EchoHandler.class)
        .withPropertyValues("platform.server.early-headers.methods.[platform.Nobody/Bidi]=false")
        .run(
            context ->
                assertThat(settingFailure(context))
                    .hasMessageStartingWith("methods[platform.Nobody/Bidi]: false")
                    .hasMessageContaining("platform.test.v1.EchoService/Bidi"));
  }

  @Test
  void refusesMethodKeysWithoutTheirBrackets() {
    runner
        .withBean(EchoHandler.class)
        .withPropertyValues(
            "platform.server.early-headers.methods.platform.test.v1.EchoService/Bidi=false")
        .run(
            context ->
                assertThat(settingFailure(context)).hasMessageContaining("in quotes and brackets"));
  }

  @ParameterizedTest
  @CsvSource({
    "keepalive.time, -1s, 0s or more",
    "keepalive.timeout, 0s, more than 0s",
    "keepalive.permit-time, -1s, 0s or more",
    "connection.max-age, -1s, 0s or more",
    "connection.max-age-grace, -1s, 0s or more",
    "connection.max-idle, -1s, 0s or more",
    "connection.max-concurrent-calls, -1, >= 0",
    "inbound.message.max-size, 0B, 1B to",
    "inbound.metadata.max-size, 2GB, 1B to",
    "shutdown.drain-delay, -1s, 0s or more",
    "shutdown.grace-period, -1s, 0s or more",
    "port, -2, 0 to 65535"
  })
  void namesThePropertyOfEachWrongValue(String leaf, String value, String expected) {
    runner
        .withPropertyValues("platform.server." + leaf + "=" + value)
        .run(
            context ->
                assertThat(settingFailure(context))
                    .hasMessageContaining("expected: " + expected)
                    .hasMessageEndingWith("platform.server." + leaf + ")"));
  }

  private static SettingException settingFailure(AssertableApplicationContext context) {
    Throwable cause = context.getStartupFailure();
    while (cause != null && !(cause instanceof SettingException)) {
      cause = cause.getCause();
    }
    assertThat(cause).as("%s", context.getStartupFailure()).isInstanceOf(SettingException.class);
    return (SettingException) cause;
  }

  private static Status.Code code(Throwable thrown) {
    assertThat(thrown).isInstanceOf(StatusRuntimeException.class);
    return Status.fromThrowable(thrown).getCode();
  }

  private static ManagedChannel loopback(AssertableApplicationContext context) {
    return loopback(context.getEnvironment().getRequiredProperty("local.grpc.port", int.class));
  }

  private static ManagedChannel loopback(int port) {
    return Grpc.newChannelBuilderForAddress("127.0.0.1", port, InsecureChannelCredentials.create())
        .build();
  }

  private static <T> T over(ManagedChannel channel, ThrowingUse<T> use) throws Exception {
    try {
      return use.of(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private static String echo(ManagedChannel channel, String text) {
    return EchoServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .unary(EchoRequest.newBuilder().setText(text).build())
        .getText();
  }

  private List<String> reflected(ManagedChannel channel) throws Exception {
    CompletableFuture<List<String>> names = new CompletableFuture<>();
    var requests =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    names.complete(
                        response.getListServicesResponse().getServiceList().stream()
                            .map(service -> service.getName())
                            .toList());
                  }

                  @Override
                  public void onError(Throwable failed) {
                    names.completeExceptionally(failed);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    try {
      return names.get(10, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException failed) {
      throw (Exception) failed.getCause();
    }
  }

  @FunctionalInterface
  private interface ThrowingUse<T> {
    T of(ManagedChannel channel) throws Exception;
  }

  private static final class CountingFeature implements ServerFeature {
    final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();

    @Override
    public ServerStage stage() {
      return ServerStage.LIFECYCLE;
    }

    @Override
    public @Nullable StagePlan plan(CallKey key, io.grpc.MethodDescriptor<?, ?> method) {
      return call -> {
        calls.add(key.fullMethodName());
        return null;
      };
    }
  }

  private static final class Seen {
    final ConcurrentLinkedQueue<String> names = new ConcurrentLinkedQueue<>();
  }

  private static class Noting implements ServerInterceptor {
    private final Consumer<String> seen;
    private final String name;

    Noting(Seen seen, String name) {
      this.seen = seen.names::add;
      this.name = name;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      seen.accept(name);
      return next.startCall(call, headers);
    }
  }

  @Order(2)
  @GlobalServerInterceptor
  private static final class Second extends Noting {
    Second(Seen seen) {
      super(seen, "second");
    }
  }

  private static final class Own extends Noting {
    Own(Seen seen) {
      super(seen, "own");
    }
  }

  @GrpcService(interceptors = {Second.class, Own.class})
  private static final class GuardedEcho extends EchoHandler {}

  @Configuration(proxyBeanMethods = false)
  static class Interceptors {

    @Bean
    Seen seen() {
      return new Seen();
    }

    @Bean
    @Order(3)
    @GlobalServerInterceptor
    ServerInterceptor third(Seen seen) {
      return new Noting(seen, "third");
    }

    @Bean
    Second second(Seen seen) {
      return new Second(seen);
    }

    @Bean
    ServerInterceptor unmarked(Seen seen) {
      return new Noting(seen, "unmarked");
    }

    @Bean
    Own own(Seen seen) {
      return new Own(seen);
    }

    @Bean
    BindableService echo() {
      return new GuardedEcho();
    }
  }
}
