package io.grpcplatform.samples.order.payment;

import io.grpcplatform.samples.order.Outbox;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.stereotype.Component;

/**
 * Meters of the link and of what waits for it. Gauges of the database ask it when they are read.
 */
@Component
final class PaymentLinkMetrics implements MeterBinder {
  private final PaymentLinkCounts counts;
  private final Outbox outbox;

  PaymentLinkMetrics(PaymentLink link, Outbox outbox) {
    this.counts = link.counts();
    this.outbox = outbox;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    FunctionCounter.builder("orders.payment.stream.openings", counts, PaymentLinkCounts::openings)
        .description(
            "Streams to the payment service that were opened, all of them by resumable sessions")
        .register(registry);
    FunctionCounter.builder("orders.payment.answers", counts, PaymentLinkCounts::answers)
        .description("Answers of the payment service that were stored")
        .register(registry);
    Gauge.builder("orders.payment.stream.live", counts, it -> it.isLive() ? 1 : 0)
        .description("1 while the payment service has accepted the stream")
        .register(registry);
    Gauge.builder("orders.payment.inflight", counts, PaymentLinkCounts::commandsInFlight)
        .description("Commands sent and not yet answered")
        .register(registry);
    Gauge.builder("orders.outbox.waiting", outbox, Outbox::waiting)
        .description("Commands the payment service has not answered, sent or not")
        .register(registry);
    Gauge.builder("orders.outbox.parked", outbox, Outbox::parked)
        .description("Commands that cannot go on until a person has looked at them")
        .register(registry);
  }
}
