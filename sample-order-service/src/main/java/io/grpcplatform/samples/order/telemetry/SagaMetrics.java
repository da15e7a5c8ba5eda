package io.grpcplatform.samples.order.telemetry;

import io.grpcplatform.samples.order.CancelReason;
import io.grpcplatform.samples.order.Order;
import io.grpcplatform.samples.order.OrderState;
import io.grpcplatform.samples.order.Orders;
import io.grpcplatform.samples.order.SagaWatch;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.springframework.stereotype.Component;

/**
 * Meters of the saga. What begins and ends is counted by the process that does it; the gauge asks
 * the database when it is read, so every instance tells the same.
 */
@Component
final class SagaMetrics implements SagaWatch {
  private final Counter started;
  private final Counter completed;
  private final Map<CancelReason, Counter> compensated = new EnumMap<>(CancelReason.class);
  private final Timer toTheGoodEnd;
  private final Timer toTheOther;

  SagaMetrics(MeterRegistry registry, Orders orders) {
    started =
        Counter.builder("orders.saga.started")
            .description("Orders that were accepted")
            .register(registry);
    completed =
        Counter.builder("orders.saga.completed")
            .description("Orders that were confirmed")
            .register(registry);
    for (CancelReason reason : CancelReason.values()) {
      compensated.put(
          reason,
          Counter.builder("orders.saga.compensated")
              .description("Orders that were cancelled, with everything undone")
              .tag("reason", reason.name())
              .register(registry));
    }
    toTheGoodEnd = duration("confirmed", registry);
    toTheOther = duration("cancelled", registry);
    Gauge.builder("orders.saga.unfinished", orders, Orders::unfinished)
        .description("Orders that are neither confirmed nor cancelled")
        .register(registry);
  }

  private static Timer duration(String end, MeterRegistry registry) {
    return Timer.builder("orders.saga.duration")
        .description("From an order's placing, or from the wish for a refund, to its end")
        .tag("end", end)
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(5))
        .maximumExpectedValue(Duration.ofMinutes(5))
        .register(registry);
  }

  @Override
  public void began(Order order) {
    started.increment();
  }

  @Override
  public void ended(Order order, Duration elapsed) {
    // Where another instance's clock is ahead; the timer would leave out what is below nothing.
    Duration took = elapsed.isNegative() ? Duration.ZERO : elapsed;
    CancelReason reason = order.cancelReason();
    if (order.state() == OrderState.CONFIRMED) {
      completed.increment();
      toTheGoodEnd.record(took);
    } else if (reason != null) {
      Objects.requireNonNull(compensated.get(reason)).increment();
      toTheOther.record(took);
    }
  }
}
