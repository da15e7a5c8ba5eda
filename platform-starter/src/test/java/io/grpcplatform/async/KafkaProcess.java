package io.grpcplatform.async;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;

/** The Kafka that is on the tests' class path, in a process of its own. */
final class KafkaProcess extends RealBroker {

  private final int port = freePort();
  private final int controller = freePort();

  KafkaProcess(Path folder) throws IOException {
    super("kafka", folder);
  }

  @Override
  Map<String, Object> properties() {
    return Map.of(
        "spring.kafka.bootstrap-servers",
        "127.0.0.1:" + port,
        // A dead consumer is missed after 45 s by default.
        "spring.kafka.consumer.properties[session.timeout.ms]",
        "3000",
        "spring.kafka.consumer.properties[heartbeat.interval.ms]",
        "500",
        "platform.async.kafka.partitions",
        "4");
  }

  @Override
  ProcessBuilder program() {
    return new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx384m",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        KafkaServer.class.getName(),
        folder.toString(),
        "" + port,
        "" + controller);
  }

  @Override
  Predicate<String> ready() {
    return KafkaServer.READY::equals;
  }
}
