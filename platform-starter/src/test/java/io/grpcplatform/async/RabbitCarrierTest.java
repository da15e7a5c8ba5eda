package io.grpcplatform.async;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

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
}
