package io.grpcplatform.samples.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.samples.payment.PaymentCommand.Authorize;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = "platform.server.port=0")
class PaymentApplicationTest {
  @DynamicPropertySource
  static void ownDatabase(DynamicPropertyRegistry registry) {
    registry.add("spring.datasource.url", () -> "jdbc:h2:mem:payment-context;DB_CLOSE_DELAY=-1");
  }

  @Autowired private PaymentDesk desk;

  @Test
  void startsAndAnswersCommands() {
    var command = new PaymentCommand("a", "p", new Authorize(new Money(1_299, "EUR"), "tok_0002"));

    Answer answer = desk.answer(command);

    assertThat(answer.event()).isInstanceOf(PaymentEvent.Declined.class);
    assertThat(desk.payment("p")).isPresent();
  }
}
