package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpcplatform.async.CallCarrier.CarrierException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
