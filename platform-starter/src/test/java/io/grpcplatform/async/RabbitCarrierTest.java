package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpcplatform.async.CallCarrier.CarrierException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.context.ConfigurableApplicationContext;

final class RabbitCarrierTest extends CarrierContract {

  @TempDir static Path folder;
  private static RealBroker broker;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = RealBroker.start("rabbitmq", folder);
  }

  @AfterAll
  static void endBroker() throws Exception {
    if (broker != null) {
      broker.close();
    }
  }

  @Override
  RealBroker broker() {
    return broker;
  }

  @Test
  void saysWhenAQueueIsGoneAndMakesItAgain() {
    String queue = "platform.async.deleted";
    ConfigurableApplicationContext application = application();
    CallCarrier carrier = application.getBean(CallCarrier.class);
    carrier.send(parcels(queue, 0, 1), Duration.ofSeconds(20));
    application.getBean(AmqpAdmin.class).deleteQueue(queue);

    assertThatThrownBy(() -> carrier.send(parcels(queue, 1, 3), Duration.ofSeconds(20)))
        .isInstanceOf(CarrierException.class)
        .hasMessageContaining("no queue")
        .hasMessageContaining("id-2");
    carrier.send(parcels(queue, 1, 3), Duration.ofSeconds(20));

    assertThat(application.getBean(AmqpAdmin.class).getQueueInfo(queue).getMessageCount())
        .isEqualTo(2);
  }
}
