package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.testing.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the meters tell of a batcher. */
final class BatcherMetricsTest {

  @Test
  void batchesAreCountedByWhatMadeThemGo() {
    ManualClock clock = new ManualClock();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Batcher<Integer, Integer> batcher =
        new Batcher<>(
            "numbers",
            new BatchLimits(2, Duration.ofMillis(9), 1, 2),
            items -> new CompletableFuture<>(),
            Runnable::run,
            clock);
    new BatcherMetrics(() -> List.of(batcher)).bindTo(registry);

    CompletableFuture<Integer> alone = batcher.submit(1);
    clock.advance(Duration.ofMillis(9));
    alone.cancel(true);
    for (int item = 2; item <= 6; item++) {
      assertThat(batcher.submit(item)).isNotNull();
    }

    assertThat(counted(registry, "batches", "cause", "due")).isEqualTo(1);
    assertThat(counted(registry, "batches", "cause", "full")).isEqualTo(1);
    assertThat(counted(registry, "items")).isEqualTo(3);
    assertThat(counted(registry, "refused")).isEqualTo(1);
    assertThat(
            registry.get("platform.async.batch.waiting").tag("batcher", "numbers").gauge().value())
        .isEqualTo(2);
  }

  private static double counted(SimpleMeterRegistry registry, String what, String... tags) {
    return registry.get("platform.async.batch." + what).tags(tags).functionCounter().count();
  }
}
