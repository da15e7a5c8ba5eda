package io.grpcplatform.samples.order.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.samples.order.CancelReason;
import io.grpcplatform.samples.order.Money;
import io.grpcplatform.samples.order.Order;
import io.grpcplatform.samples.order.OrderState;
import io.grpcplatform.samples.order.Shop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SagaMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Shop shop = new Shop();
  private final SagaMetrics metrics = new SagaMetrics(registry, shop.orders);

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void countsEndsByTheirReason() {
    metrics.began(order(OrderState.AUTHORIZING, null));
    metrics.ended(order(OrderState.CONFIRMED, null), Duration.ofMillis(105));
    metrics.ended(
        order(OrderState.CANCELLED, CancelReason.CARD_DECLINED), Duration.ofMillis(1_050));
    metrics.ended(
        order(OrderState.CANCELLED, CancelReason.CUSTOMER_WISH), Duration.ofMillis(2_050));

    assertThat(count("orders.saga.started")).isEqualTo(1);
    assertThat(count("orders.saga.completed")).isEqualTo(1);
    assertThat(compensated(CancelReason.CARD_DECLINED)).isEqualTo(1);
    assertThat(compensated(CancelReason.CUSTOMER_WISH)).isEqualTo(1);
    assertThat(compensated(CancelReason.OUT_OF_STOCK)).isZero();
  }

  @Test
  void timesGoodEndsApartFromOthers() {
    metrics.ended(order(OrderState.CONFIRMED, null), Duration.ofMillis(105));
    metrics.ended(
        order(OrderState.CANCELLED, CancelReason.CARD_DECLINED), Duration.ofMillis(1_050));

    assertThat(total("confirmed")).isEqualTo(105);
    assertThat(total("cancelled")).isEqualTo(1_050);
  }

  @Test
  void timesOrdersOfInstancesWhoseClockIsAhead() {
    metrics.ended(order(OrderState.CONFIRMED, null), Duration.ofMillis(-3));

    assertThat(registry.get("orders.saga.duration").tag("end", "confirmed").timer().count())
        .isEqualTo(1);
    assertThat(total("confirmed")).isZero();
  }

  @Test
  void asksTheDatabaseWhatIsUnfinished() {
    shop.desk.place(Shop.order("k-1"));

    assertThat(registry.get("orders.saga.unfinished").gauge().value()).isEqualTo(1);
  }

  private double count(String name) {
    return registry.get(name).counter().count();
  }

  private double compensated(CancelReason reason) {
    return registry.get("orders.saga.compensated").tag("reason", reason.name()).counter().count();
  }

  private double total(String end) {
    return registry
        .get("orders.saga.duration")
        .tag("end", end)
        .timer()
        .totalTime(TimeUnit.MILLISECONDS);
  }

  private static Order order(OrderState state, CancelReason reason) {
    return new Order(
        "o-1", Shop.order("k-1"), new Money(995, "EUR"), state, reason, 1, Instant.EPOCH);
  }
}
