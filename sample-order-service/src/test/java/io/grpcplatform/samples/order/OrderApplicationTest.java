package io.grpcplatform.samples.order;

import static io.grpcplatform.samples.order.ShopOnH2.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "platform.server.port=0",
      "platform.client.channels.payment.target=127.0.0.1:1",
      "spring.datasource.url=jdbc:h2:mem:order-context;DB_CLOSE_DELAY=-1"
    })
class OrderApplicationTest {
  @Autowired private OrderDesk desk;
  @Autowired private Outbox outbox;
  @Autowired private MeterRegistry meters;

  @Test
  void acceptsOrdersWhileNobodyTakesPayments() {
    Order order = desk.place(order("k-1")).order();

    assertThat(order.state()).isEqualTo(OrderState.AUTHORIZING);
    assertThat(outbox.waiting()).isEqualTo(1);
    assertThat(meters.get("orders.outbox.waiting").gauge().value()).isEqualTo(1);
    assertThat(meters.get("orders.payment.stream.live").gauge().value()).isZero();
  }
}
