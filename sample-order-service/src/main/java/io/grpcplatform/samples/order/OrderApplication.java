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
  OrderDesk.Store orderStore(
      Orders orders, Shelf shelf, Outbox outbox, Refunds refunds, Transactions transactions) {
    return new OrderDesk.Store(orders, shelf, outbox, refunds, transactions);
  }

  @Bean
  OrderDesk orderDesk(OrderDesk.Store store, OrderSignals signals, SagaWatch watch) {
    return new OrderDesk(
        store, signals, watch, InstantSource.system(), () -> UUID.randomUUID().toString());
  }
}
