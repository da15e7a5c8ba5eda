package io.grpcplatform.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallPools;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.SettingException;
import io.grpcplatform.StagePlan;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.StockServiceGrpc;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** {@code platform.server.executor.*}, from the start to changes while calls run. */
final class ExecutorSettingsTest {

  private static final String EVENT_LOOP = "grpc-default-worker-ELG-";
  private static final String MAX = "platform.server.executor.max-threads";
  private static final String QUEUE = "platform.server.executor.queue";
  private static final String TYPE = "platform.server.executor.type";
  private static final String STOCK =
      "platform.server.executor.methods[" + ThreadStock.NAME + "/*].";

  private final HeldCalls echo = new HeldCalls();
  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(PlatformAutoConfiguration.class, ServerAutoConfiguration.class))
          .withBean(HeldCalls.class, () -> echo)
          .withBean(DeclaredStock.class)
          .withPropertyValues("platform.server.port=0", "platform.server.address=127.0.0.1");

  @GrpcService(nonBlocking = true)
  static final class DeclaredStock extends ThreadStock {}

  private interface Use {
    void with(AssertableApplicationContext context, Channel channel) throws Exception;
  }

  private void with(Use use, String... properties) {
    with(runner.withPropertyValues(properties), use);
  }

  private void with(ApplicationContextRunner application, Use use) {
    application.run(
        context -> {
          int port = context.getEnvironment().getRequiredProperty("local.grpc.port", int.class);
          ManagedChannel channel =
              Grpc.newChannelBuilderForAddress(
                      "127.0.0.1", port, InsecureChannelCredentials.create())
                  .disableRetry()
                  .build();
          try {
            use.with(context, channel);
          } finally {
            echo.release(100);
            channel.shutdown().awaitTermination(10, TimeUnit.SECONDS);
          }
        });
  }

  @Test
  void handlersDeclaredNonBlockingRunOnTheEventLoop() {
    with(
        (context, channel) -> {
          assertThat(look(channel)).startsWith(EVENT_LOOP);
          assertThat(echo(channel, "thread").text()).isEqualTo("grpc-default-1");
        });
  }

  /** What a policy is told of the pool of each method, when its plan is made. */
  static final class ToldPools implements ServerFeature {
    private final Map<String, String> told = new ConcurrentHashMap<>();
    private final CallPools pools;

    ToldPools(CallPools pools) {
      this.pools = pools;
    }

    @Override
    public ServerStage stage() {
      return ServerStage.LOAD_SHEDDING;
    }

    @Override
    public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
      told.put(method.getFullMethodName(), pools.poolOf(method));
      return null;
    }
  }

  @Test
  void plansKnowOfTheDeclarationFromTheFirstCall() {
    with(
        runner.withBean(ToldPools.class),
        (context, channel) -> {
          assertThat(look(channel)).startsWith(EVENT_LOOP);
          assertThat(echo(channel, "thread").text()).isEqualTo("grpc-default-1");

          assertThat(context.getBean(ToldPools.class).told)
              .containsEntry(StockServiceGrpc.getLookMethod().getFullMethodName(), "direct")
              .containsEntry(EchoServiceGrpc.getUnaryMethod().getFullMethodName(), "default");
        });
  }

  @Test
  void propertiesWinOverTheDeclaration() {
    with(
        (context, channel) ->
            assertThat(look(channel)).isEqualTo("grpc-" + ThreadStock.NAME + "/*-1"),
        STOCK + "max-threads=2");
  }

  @Test
  void customizersMaySupplyAnExecutorOfTheirOwn() {
    ExecutorService own =
        Executors.newSingleThreadExecutor(task -> new Thread(task, "the user's own"));
    try {
      with(
          runner.withBean(GrpcServerCustomizer.class, () -> supplies(own)),
          (context, channel) ->
              assertThat(echo(channel, "thread").text()).isEqualTo("the user's own"));
    } finally {
      own.shutdown();
    }
  }

  private static GrpcServerCustomizer supplies(ExecutorService own) {
    return builder ->
        builder.callExecutor(
            new ServerCallExecutorSupplier() {
              @Override
              public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
                return own;
              }
            });
  }

  @Test
  void directTypeRunsEverythingOnTheEventLoop() {
    with(
        (context, channel) -> assertThat(echo(channel, "thread").text()).startsWith(EVENT_LOOP),
        TYPE + "=direct");
  }

  @Test
  void autoFollowsTheApplicationsVirtualThreads() {
    String supported = String.valueOf(VirtualThreads.supported());

    with(
        (context, channel) -> assertThat(echo(channel, "virtual").text()).isEqualTo(supported),
        "spring.threads.virtual.enabled=true");
    with((context, channel) -> assertThat(echo(channel, "virtual").text()).isEqualTo("false"));
  }

  @Test
  void virtualNeedsAJavaThatHasThem() {
    runner
        .withPropertyValues(TYPE + "=virtual")
        .run(
            context -> {
              if (VirtualThreads.supported()) {
                assertThat(context).hasNotFailed();
              } else {
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(SettingException.class)
                    .hasMessageContaining("virtual threads need Java 21 or newer, " + TYPE);
              }
            });
  }

  @Test
  void wrongSizesAndKeysFailTheStart() {
    assertFails("max-threads: 0 (expected: 1 or more, " + MAX, MAX + "=0");
    assertFails("queue: -1 (expected: 0 or more, " + QUEUE, QUEUE + "=-1");
    assertFails("(expected: 1 or more, " + STOCK + "max-threads", STOCK + "max-threads=0");
    assertFails(
        "a method \"[pkg.Service/Method]\"", "platform.server.executor.methods.orders.queue=1");
  }

  private void assertFails(String message, String property) {
    runner
        .withPropertyValues(property)
        .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(message));
  }

  @Test
  void sizesChangeWhileCallsWait() {
    with(
        (context, channel) -> {
          echo(channel, HeldCalls.HOLD);
          echo.awaitHeld(1);
          assertThat(echo(channel, "one too many").reason()).isEqualTo(Refusal.Reason.OVERLOADED);

          change(context, Map.of(MAX, "1", QUEUE, "1"));
          Answer waits = echo(channel, "waits");
          assertThat(echo(channel, "full again").reason()).isEqualTo(Refusal.Reason.OVERLOADED);
          change(context, Map.of(MAX, "2", QUEUE, "1"));

          assertThat(waits.text()).isEqualTo("waits");
        },
        MAX + "=1",
        QUEUE + "=0");
  }

  @Test
  void poolsComeAndGoWhileTheServerRuns() {
    with(
        (context, channel) -> {
          change(context, Map.of(STOCK + "max-threads", "1"));
          assertThat(look(channel)).isEqualTo("grpc-" + ThreadStock.NAME + "/*-1");

          change(context, Map.of());

          assertThat(look(channel)).startsWith(EVENT_LOOP);
        });
  }

  @Test
  void threadsDoNotChangeTheirKind() {
    with(
        (context, channel) -> {
          assertThatThrownBy(() -> change(context, Map.of(TYPE, "direct")))
              .isInstanceOf(SettingException.class)
              .hasMessage("type: direct (expected: platform until the next start, " + TYPE + ")");
          assertThatThrownBy(() -> change(context, Map.of("platform.server.keepalive.time", "3s")))
              .isInstanceOf(SettingException.class)
              .hasMessageContaining("unchanged while the server runs, now PT1M");
          assertThat(echo(channel, "thread").text()).isEqualTo("grpc-default-1");
        });
    with(
        (context, channel) ->
            assertThatThrownBy(() -> change(context, Map.of(STOCK + "type", "platform")))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("until the next start"),
        TYPE + "=direct");
  }

  @Test
  void metersTellWhatEachExecutorDoes() {
    with(
        (context, channel) -> {
          SimpleMeterRegistry meters = new SimpleMeterRegistry();
          context.getBean(ServerExecutorMetrics.class).bindTo(meters);
          echo(channel, HeldCalls.HOLD);
          echo.awaitHeld(1);
          echo(channel, "waits");
          assertThat(echo(channel, "refused").reason()).isEqualTo(Refusal.Reason.OVERLOADED);

          assertThat(gauge(meters, "active", "default")).isEqualTo(1);
          assertThat(gauge(meters, "queued", "default")).isEqualTo(1);
          assertThat(gauge(meters, "max", "default")).isEqualTo(1);
          assertThat(gauge(meters, "max", "admin")).isEqualTo(2);
          assertThat(
                  meters
                      .get("platform.server.executor.refused")
                      .tag("executor", "default")
                      .functionCounter()
                      .count())
              .isEqualTo(1);
          change(context, Map.of(MAX, "1", QUEUE, "1", STOCK + "max-threads", "7"));
          assertThat(gauge(meters, "max", ThreadStock.NAME + "/*")).isEqualTo(7);
        },
        MAX + "=1",
        QUEUE + "=1");
  }

  private static double gauge(SimpleMeterRegistry meters, String name, String executor) {
    return meters.get("platform.server.executor." + name).tag("executor", executor).gauge().value();
  }

  /** As the environment would be bound after a change, with what the test started with. */
  private static void change(AssertableApplicationContext context, Map<String, String> executor) {
    Map<String, String> all = new HashMap<>(executor);
    all.put("platform.server.port", "0");
    all.put("platform.server.address", "127.0.0.1");
    ServerProperties next =
        new Binder(new MapConfigurationPropertySource(all))
            .bindOrCreate(ServerProperties.PREFIX, ServerProperties.class);
    LiveSettings settings = context.getBean(LiveSettings.class);
    for (Live<?> live : settings.all()) {
      if (live.type() == ServerProperties.class) {
        settings.apply(Map.of(live, next));
      }
    }
  }

  private static Answer echo(Channel channel, String text) {
    return Answer.to(channel, EchoServiceGrpc.getUnaryMethod(), text);
  }

  private static String look(Channel channel) throws Exception {
    return Answer.to(channel, StockServiceGrpc.getLookMethod(), "", CallOptions.DEFAULT).text();
  }
}
