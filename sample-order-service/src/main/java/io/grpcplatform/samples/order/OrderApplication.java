package io.grpcplatform.samples.order;

import java.time.InstantSource;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The order service. */
@SpringBootApplication
public class OrderApplication {
  public static void main(String[] args) {
    SpringApplication.run(OrderApplication.class, args);
  }

  @Bean
  OrderSignals orderSignals() {
    return new OrderSignals();
  }

  @Bean
  OrderDesk orderDesk(
      Orders orders, Shelf shelf, Outbox outbox, Transactions transactions, OrderSignals signals) {
    return new OrderDesk(
        new OrderDesk.Store(orders, shelf, outbox, transactions),
        signals,
        InstantSource.system(),
        () -> UUID.randomUUID().toString());
  }
}
