package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpcplatform.async.CallCarrier.CarrierException;
import io.grpcplatform.async.CallCarrier.Parcel;
import io.grpcplatform.async.CallCarrier.Subscription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.core.StringRedisTemplate;

final class RedisCarrierTest extends CarrierContract {

  @TempDir static Path folder;
  private static RealBroker broker;
  private @Nullable RealBroker used;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = RealBroker.start("redis", folder);
  }

  @AfterAll
  static void endBroker() throws Exception {
    if (broker != null) {
      broker.close();
    }
  }

  @Override
  RealBroker broker() {
    return used == null ? broker : used;
  }

  @Test
  void bringsWhatOthersWroteWithoutABody() throws Exception {
    BlockingQueue<Parcel> arrived = new LinkedBlockingQueue<>();
    ConfigurableApplicationContext application = application();
    StringRedisTemplate redis = application.getBean(StringRedisTemplate.class);
    redis.opsForStream().add("platform.async.strange", Map.of("some", "thing"));

    try (Subscription taking =
        application.getBean(CallCarrier.class).receive("platform.async.strange", arrived::addAll)) {
      Parcel strange = arrived.poll(20, TimeUnit.SECONDS);

      assertThat(strange).isNotNull();
      assertThat(strange.body().isEmpty()).isTrue();
    }
    // Closed after the acknowledgement, which deletes.
    assertThat(redis.opsForStream().size("platform.async.strange")).isZero();
  }

  @Test
  void refusesARedisThatWouldForget(@TempDir Path forgetful) throws Exception {
    try (RealBroker other =
        RealBroker.start(new RedisProcess(forgetful, "redis-server", "no"), true)) {
      used = other;
      CallCarrier carrier = carrier();

      assertThatThrownBy(() -> carrier.send(parcels("q", 0, 1), Duration.ofSeconds(20)))
          .isInstanceOf(CarrierException.class)
          .hasMessageContaining("appendonly is off")
          .hasMessageContaining("platform.async.redis.require-append-only");
    } finally {
      used = null;
    }
  }
}
