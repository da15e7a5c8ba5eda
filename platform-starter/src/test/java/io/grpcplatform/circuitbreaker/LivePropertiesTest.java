package io.grpcplatform.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties.InstanceProperties;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.Live;
import io.grpcplatform.LiveSettings;
import io.grpcplatform.Loopback;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.SettingException;
import io.grpcplatform.test.v1.EchoRequest;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The platform's own breaker settings, changed while calls run on a loopback channel. */
final class LivePropertiesTest {

  private final Backend backend = new Backend();
  private Loopback loopback;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    loopback = Loopback.serving(backend);
  }

  @AfterEach
  void stop() throws InterruptedException {
    channel.shutdownNow();
    loopback.close();
  }

  private Channel channel(BreakerBench bench) {
    return channel(bench.stage, bench.settings);
  }

  private Channel channel(CircuitBreakerClientStage stage, LiveSettings settings) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress("127.0.0.1", loopback.port()).usePlaintext();
    ClientPipeline.of("payment", List.of(stage), settings, null).install(builder);
    channel = builder.build();
    return channel;
  }

  private void fail(Channel called, int calls) {
    backend.failing = Status.UNAVAILABLE;
    for (int i = 0; i < calls; i++) {
      assertThatThrownBy(
              () -> EchoServiceGrpc.newBlockingStub(called).unary(EchoRequest.getDefaultInstance()))
          .isInstanceOf(StatusRuntimeException.class);
    }
    backend.failing = null;
  }

  @Test
  void breakersCanBeSwitchedOnAndOff() {
    BreakerBench bench = new BreakerBench("enabled", "false");
    Channel called = channel(bench);
    fail(called, 10);
    assertThat(backend.calls).hasValue(10);

    bench.change("enabled", "true");
    fail(called, 10);
    assertThat(backend.calls).as("four more, then it is open").hasValue(14);

    bench.change("enabled", "false");
    fail(called, 10);
    assertThat(backend.calls).hasValue(24);

    bench.change("enabled", "true");
    fail(called, 10);
    assertThat(backend.calls).as("open as it was").hasValue(24);
  }

  @Test
  void theTableChangesForTheNextCalls() {
    BreakerBench bench = new BreakerBench("outcomes.unavailable", "ignored");
    Channel called = channel(bench);
    fail(called, 10);
    assertThat(bench.breaker().getState()).isEqualTo(State.CLOSED);

    bench.change("outcomes.unavailable", "failure");
    fail(called, 4);

    assertThat(bench.breaker().getState()).isEqualTo(State.OPEN);
  }

  @Test
  void aRunningStreamKeepsTheTableItBeganWith() throws Exception {
    BreakerBench bench = new BreakerBench("outcomes.unavailable", "ignored");
    Conversation stream = new Conversation(channel(bench));
    stream.say("quiet");
    var server = backend.nextStream();

    bench.change("outcomes.unavailable", "failure");
    server.onError(Status.UNAVAILABLE.asException());
    stream.status();

    assertThat(bench.breaker().getMetrics().getNumberOfBufferedCalls()).isZero();
  }

  @Test
  void anotherGranularityGivesOtherBreakers() {
    BreakerBench bench = new BreakerBench();
    Channel called = channel(bench);
    fail(called, 4);
    assertThat(bench.breaker().getState()).isEqualTo(State.OPEN);

    bench.change("granularity", "method");
    fail(called, 1);

    assertThat(backend.calls).hasValue(5);
    assertThat(bench.registry.find("payment:platform.test.v1.EchoService:Unary")).isPresent();
  }

  @Test
  void bothPrefixesAreLiveInAnApplication() {
    new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                PlatformAutoConfiguration.class,
                CircuitBreakerAutoConfiguration.class,
                io.github.resilience4j.springboot3.circuitbreaker.autoconfigure
                    .CircuitBreakerAutoConfiguration.class))
        .run(
            context -> {
              LiveSettings settings = context.getBean(LiveSettings.class);
              Channel called = channel(context.getBean(CircuitBreakerClientStage.class), settings);
              fail(called, 4);
              var next =
                  new io.github.resilience4j.springboot3.circuitbreaker.autoconfigure
                      .CircuitBreakerProperties();
              next.getInstances()
                  .computeIfAbsent("payment", absent -> new InstanceProperties())
                  .setMinimumNumberOfCalls(4);

              settings.apply(Map.of(live(settings, "resilience4j.circuitbreaker"), next));
              fail(called, 10);

              assertThat(backend.calls).as("four, and four of the new window").hasValue(8);
              assertThat(
                      context
                          .getBean(CircuitBreakerRegistry.class)
                          .circuitBreaker(BreakerBench.NAME)
                          .getState())
                  .isEqualTo(State.OPEN);
              next.getInstances().get("payment").setBaseConfig("nowhere");
              assertThat(
                      catchThrowableOfType(
                          SettingException.class,
                          () ->
                              settings.apply(
                                  Map.of(live(settings, "resilience4j.circuitbreaker"), next))))
                  .hasMessageContaining(
                      "resilience4j.circuitbreaker.instances.payment.base-config");
              settings.apply(
                  Map.of(
                      live(settings, "platform.circuitbreaker"),
                      BreakerBench.settings("enabled", "false")));
              fail(called, 2);
              assertThat(backend.calls).hasValue(10);
            });
  }

  private static Live<?> live(LiveSettings settings, String prefix) {
    return settings.all().stream()
        .filter(
            live ->
                live.type().getAnnotation(ConfigurationProperties.class).prefix().equals(prefix))
        .findFirst()
        .orElseThrow();
  }
}
