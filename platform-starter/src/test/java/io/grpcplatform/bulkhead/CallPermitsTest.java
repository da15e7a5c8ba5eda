package io.grpcplatform.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.grpcplatform.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A limit that many threads share while another changes it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CallPermitsTest {

  private static final int LARGEST = 8;

  private final BulkheadRegistry registry = BulkheadRegistry.ofDefaults();
  private final CallPermits permits = CallPermits.of(limit(LARGEST), registry);
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final ExecutorService threads = Executors.newFixedThreadPool(6);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private static SharedLimit limit(int max) {
    return new SharedLimit("grpc:payment", "of the channel payment", max, "a test");
  }

  /** Takes up to three permits at a time and gives them back; some are refused. */
  private Void use(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      int taken = 0;
      for (int wanted = 1 + random.nextInt(3); wanted > 0; wanted--) {
        try {
          permits.take();
          taken++;
          most.accumulateAndGet(held.incrementAndGet(), Math::max);
        } catch (Refusal full) {
          // Refused is refused: nothing to give back.
        }
      }
      for (; taken > 0; taken--) {
        held.decrementAndGet();
        permits.giveBack();
      }
    }
    return null;
  }

  private Void change() {
    SplittableRandom random = new SplittableRandom(20261121);
    for (int i = 0; i < 20_000; i++) {
      permits.change(limit(1 + random.nextInt(LARGEST)));
    }
    return null;
  }

  @Test
  void noPermitIsLostOrMadeByChanges() throws Exception {
    List<Future<Void>> running = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int seed = i;
      running.add(threads.submit(() -> use(seed)));
    }
    running.add(threads.submit(this::change));
    for (Future<Void> each : running) {
      each.get(50, TimeUnit.SECONDS);
    }

    permits.change(limit(3));

    Bulkhead.Metrics left = registry.find("grpc:payment").orElseThrow().getMetrics();
    assertThat(left.getMaxAllowedConcurrentCalls()).isEqualTo(3);
    assertThat(left.getAvailableConcurrentCalls()).isEqualTo(3);
    assertThat(most.get()).isBetween(1, LARGEST);
  }
}
