package io.grpcplatform.telemetry;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpcplatform.CallKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one method on one side, one for each status it has ended with so far. Names and
 * tags are those of Micrometer's own gRPC instrumentation, so that its dashboards work.
 *
 * <p>Threading: safe. A timer is registered by the first call that ends with its status, and is
 * found by index from then on.
 */
final class MethodTimers {

  private static final int CODES = Status.Code.values().length;

  private final MeterRegistry registry;
  private final String name;
  private final Tags tags;
  private final AtomicReferenceArray<@Nullable Timer> byCode = new AtomicReferenceArray<>(CODES);

  MethodTimers(MeterRegistry registry, Side side, CallKey key, MethodType type) {
    this.registry = registry;
    this.name = side.meter();
    this.tags =
        Tags.of("rpc.service", key.service(), "rpc.method", key.method(), "rpc.type", type.name());
  }

  void record(Status.Code code, long nanos) {
    Timer timer = byCode.get(code.value());
    if (timer == null) {
      // Two threads may both come here: the registry gives both the same timer.
      timer = register(code);
      byCode.set(code.value(), timer);
    }
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer register(Status.Code code) {
    return Timer.builder(name)
        .description("How long gRPC calls took, by the status they ended with")
        .tags(tags)
        .tag("grpc.status_code", code.name())
        .publishPercentileHistogram()
        .register(registry);
  }
}
