package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpcplatform.Caller;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import io.grpcplatform.test.v1.EchoServiceGrpc.EchoServiceBlockingStub;
import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What an application gets by its properties and beans. */
final class RateLimitAutoConfigurationTest {

  private static final String RATE = "platform.ratelimit.server.methods[*].rate=3/h";
  private static final String BURST = "platform.ratelimit.server.methods[*].burst=3";
  private static final String CALLER = "platform.ratelimit.server.methods[*].per=caller";

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class, RateLimitAutoConfiguration.class));

  /** Makes calls, the last of which are refused. */
  private static void call(Loopback loopback, int allowed, int refused) {
    EchoServiceBlockingStub stub = EchoServiceGrpc.newBlockingStub(loopback.channel());
    for (int i = 0; i < allowed; i++) {
      assertThat(stub.unary(Talk.words("hello")).getText()).isEqualTo("hello");
    }
    for (int i = 0; i < refused; i++) {
      assertThat(catchThrowable(() -> stub.unary(Talk.words("hello")))).isNotNull();
    }
  }

  @Test
  void metersCountAllowedAndRefusedCallsAndCallers() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    runner
        .withPropertyValues(RATE, BURST, CALLER)
        .run(
            context -> {
              context.getBean(RateLimitMetrics.class).bindTo(meters);
              try (Loopback loopback =
                  Loopback.serving(new EchoBehaviour(), context.getBean(ServerFeature.class))) {
                call(loopback, 3, 2);
              }
              assertThat(counted(meters, "allowed")).isEqualTo(3);
              assertThat(counted(meters, "refused")).isEqualTo(2);
              assertThat(counted(meters, "waited")).isZero();
              assertThat(meters.get("platform.ratelimit.callers").gauge().value()).isEqualTo(1);
            });
  }

  private static double counted(MeterRegistry meters, String what) {
    return meters
        .get("platform.ratelimit." + what)
        .tags("side", "server", "rpc.method", "Unary", "channel", "")
        .counter()
        .count();
  }

  @Test
  void aBeanOfTheUsersTellsCallersApart() {
    int[] caller = {0};
    runner
        .withPropertyValues(RATE, BURST, CALLER)
        .withBean(CallerResolver.class, () -> call -> new Caller("caller " + caller[0]++ % 2, null))
        .run(
            context -> {
              try (Loopback loopback =
                  Loopback.serving(new EchoBehaviour(), context.getBean(ServerFeature.class))) {
                call(loopback, 4, 0);
              }
              assertThat(context.getBean(Turnstiles.class).callers()).isEqualTo(2);
            });
  }

  @Test
  void theStarterWorksWithoutMicrometer() {
    runner
        .withClassLoader(new FilteredClassLoader("io.micrometer"))
        .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Turnstiles.class));
  }

  @Test
  void theStarterWorksWithoutLettuce() {
    runner
        .withClassLoader(new FilteredClassLoader(RedisClient.class))
        .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(TokenStore.class));
  }

  @Test
  void aRedisWithoutLettuceFailsTheStart() {
    runner
        .withClassLoader(new FilteredClassLoader(RedisClient.class))
        .withPropertyValues("platform.ratelimit.redis.url=redis://localhost:1")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("io.lettuce:lettuce-core"));
  }

  @Test
  void aRedisThatIsNotThereDoesNotFailTheStart() {
    runner
        .withPropertyValues("platform.ratelimit.redis.url=redis://127.0.0.1:1")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBean(TokenStore.class).there()).isFalse();
            });
  }

  @Test
  void anAddressThatIsNoneFailsTheStartAndIsNotShown() {
    runner
        .withPropertyValues("platform.ratelimit.redis.url=http://user:geheim@localhost")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("platform.ratelimit.redis.url")
                    .hasMessageNotContaining("geheim"));
  }
}
