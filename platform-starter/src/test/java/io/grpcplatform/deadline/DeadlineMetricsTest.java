package io.grpcplatform.deadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpcplatform.CallKey;
import io.grpcplatform.EchoBehaviour;
import io.grpcplatform.test.v1.EchoRequest;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DeadlineMetricsTest {

  private static final CallKey KEY = new CallKey("", "shop.v1.Shop", "Get");

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final DeadlineMetrics metrics = new DeadlineMetrics();

  private Timer remaining() {
    return registry
        .get("platform.deadline.remaining")
        .tags("rpc.service", "shop.v1.Shop", "rpc.method", "Get")
        .timer();
  }

  @Test
  void whatCallsHaveLeftIsAHistogram() {
    metrics.bindTo(registry);
    DeadlineMeters.Arrivals arrivals = metrics.arrivals(KEY);

    arrivals.arrived(TimeUnit.MILLISECONDS.toNanos(40));
    arrivals.arrived(TimeUnit.MILLISECONDS.toNanos(4_000));
    arrivals.arrived(-1);

    assertThat(remaining().count()).isEqualTo(3);
    assertThat(remaining().totalTime(TimeUnit.MILLISECONDS)).isCloseTo(4_040, within(0.1));
    assertThat(Arrays.stream(remaining().takeSnapshot().histogramCounts()))
        .filteredOn(bucket -> bucket.bucket(TimeUnit.MILLISECONDS) == 50)
        .extracting(CountAtBucket::count)
        .containsExactly(2.0);
  }

  @Test
  void beforeARegistryIsThereNothingIsCounted() {
    DeadlineMeters.Arrivals arrivals = metrics.arrivals(KEY);
    arrivals.arrived(1);

    metrics.bindTo(registry);
    arrivals.arrived(1);

    assertThat(remaining().count()).isEqualTo(1);
  }

  @Test
  void aMethodThatWasCalledBeforeIsShownToo() {
    metrics.adaptive(KEY, () -> 0.3);

    metrics.bindTo(registry);

    assertThat(registry.get("platform.deadline.adaptive").gauge().value()).isEqualTo(0.3);
  }

  @Test
  void onlyCallsWithADeadlineAreCountedOverLoopback() throws Exception {
    metrics.bindTo(registry);
    try (LiveEcho echo = new LiveEcho(new EchoBehaviour(), metrics, "default", "0s")) {
      echo.stub().unary(EchoRequest.getDefaultInstance());
      assertThat(registry.find("platform.deadline.remaining").timer()).isNull();

      echo.stub().withDeadlineAfter(30, TimeUnit.SECONDS).unary(EchoRequest.getDefaultInstance());

      Timer counted = registry.get("platform.deadline.remaining").timer();
      assertThat(counted.count()).isEqualTo(1);
      assertThat(counted.max(TimeUnit.SECONDS)).isBetween(1.0, 30.0);
    }
  }
}
