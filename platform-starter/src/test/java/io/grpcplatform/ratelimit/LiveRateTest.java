package io.grpcplatform.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.ClientPipeline;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.Loopback;
import io.grpcplatform.SettingException;
import io.grpcplatform.test.v1.EchoServiceGrpc;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits that change while calls run. */
final class LiveRateTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private final Limits limits = new Limits("client.methods[*].rate", "10/s");
  private Loopback loopback;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    loopback = Loopback.serving(new EchoBehaviour());
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress("127.0.0.1", loopback.port()).usePlaintext();
    ClientPipeline.of("payment", List.of(limits.client), limits.live, null).install(builder);
    channel = builder.build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    channel.shutdownNow();
    loopback.close();
  }

  private int allowed(int calls) {
    int allowed = 0;
    for (int i = 0; i < calls; i++) {
      StatusRuntimeException refused =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> EchoServiceGrpc.newBlockingStub(channel).unary(Talk.words("hello")));
      allowed += refused == null ? 1 : 0;
    }
    return allowed;
  }

  @Test
  void aChangedRateScalesTheTokensAndNeverRefillsThem() {
    assertThat(allowed(5)).isEqualTo(5);

    limits.change("client.methods[*].rate", "100/s");
    assertThat(allowed(60)).as("half of a hundred").isEqualTo(50);

    limits.change("client.methods[*].rate", "10/s");
    assertThat(allowed(5)).isZero();
    limits.clock.advance(Duration.ofMillis(300));
    assertThat(allowed(5)).isEqualTo(3);
  }

  @Test
  void aLimitCanBeSwitchedOffAndOnAndKeepsItsCount() {
    assertThat(allowed(15)).isEqualTo(10);

    limits.change("enabled", "false", "client.methods[*].rate", "10/s");
    assertThat(allowed(15)).isEqualTo(15);

    limits.change("client.methods[*].rate", "10/s");
    assertThat(allowed(5)).isZero();
  }

  @Test
  void aMethodThatHadNoLimitGetsOne() {
    limits.change();
    assertThat(allowed(15)).isEqualTo(15);

    limits.change("client.methods[platform.test.v1.EchoService/Unary].rate", "3/s");

    assertThat(allowed(5)).isEqualTo(3);
  }

  @Test
  void anOpenStreamHasTheNewPaceAtOnce() throws Exception {
    limits.change("client.methods[*].rate", "1/h");
    Talk talk = Talk.bidi(EchoServiceGrpc.newStub(channel));
    talk.say("one", "two");
    limits.clock.awaitTask(Duration.ofHours(1), SOON);

    limits.change("client.methods[*].rate", "10/s", "client.methods[*].burst", "1");
    limits.clock.advance(Duration.ofMillis(100));
    talk.hears("one");
    limits.clock.awaitTask(Duration.ofMillis(100), SOON);
    limits.clock.advance(Duration.ofMillis(100));

    talk.hears("two");
  }

  @Test
  void theRedisStaysAsItWasAtTheStart() {
    RateLimitProperties start = Limits.bind("redis.url", "redis://localhost:6379");

    start.checkNext(Limits.bind("redis.url", "redis://localhost:6379", "enabled", "false"));
    assertThatThrownBy(() -> start.checkNext(Limits.bind()))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("platform.ratelimit.redis");
  }
}
