package io.grpcplatform.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The live streams of one method on one side, and how long their first response messages took.
 *
 * <p>Threading: safe.
 */
final class StreamMeters {

  /** Buckets of its own instead of Micrometer's seventy: a first message is known by magnitude. */
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(60)
  };

  private final LongAdder live = new LongAdder();
  private final Timer first;

  /**
   * The meters of a method.
   *
   * @param all lives as long as its gauges do
   */
  StreamMeters(CallMeters all, MeterRegistry registry, Tags method) {
    Gauge.builder("platform.telemetry.streams", new Shown(all, live), Shown::live)
        .description("Streams that have begun and not ended")
        .tags(method)
        .strongReference(true)
        .register(registry);
    first =
        Timer.builder("platform.telemetry.first.message")
            .description("From the start of streaming calls to their first response message")
            .tags(method)
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
  }

  /**
   * What a gauge reads. It keeps the {@link CallMeters} it belongs to: others that are made for the
   * same registry later must find them, since a registry keeps the first gauge of a name.
   */
  private record Shown(CallMeters keeps, LongAdder streams) {
    double live() {
      return (double) streams.sum();
    }
  }

  void opened() {
    live.increment();
  }

  void closed() {
    live.decrement();
  }

  void answered(long nanos) {
    first.record(nanos, TimeUnit.NANOSECONDS);
  }
}
