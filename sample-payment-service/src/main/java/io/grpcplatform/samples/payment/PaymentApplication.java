package io.grpcplatform.samples.payment;

import java.time.InstantSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The payment service. */
@SpringBootApplication
public class PaymentApplication {
  public static void main(String[] args) {
    SpringApplication.run(PaymentApplication.class, args);
  }

  @Bean
  PaymentDesk paymentDesk(PaymentLedger ledger) {
    return new PaymentDesk(ledger, InstantSource.system());
  }
}
