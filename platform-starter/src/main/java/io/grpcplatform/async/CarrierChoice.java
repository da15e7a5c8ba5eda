package io.grpcplatform.async;

import io.grpcplatform.SettingException;
import java.util.List;
import java.util.Map;

/** The carrier that was asked for, and is there. */
record CarrierChoice(String name) {

  private static final String DATABASE = "database";

  /** What brings each carrier. */
  private static final Map<String, String> STARTERS =
      Map.of(
          RabbitCarrier.NAME, "spring-boot-starter-amqp",
          RedisCarrier.NAME, "spring-boot-starter-data-redis",
          KafkaCarrier.NAME, "spring-kafka");

  /**
   * @param asked {@code platform.async.carrier}
   * @param found the names of the application's carriers
   */
  static CarrierChoice of(String asked, List<String> found) {
    if (found.size() > 1) {
      throw SettingException.of(
          "platform.async.carrier", asked, "one bean of type CallCarrier, not " + found, DATABASE);
    }
    if (found.isEmpty() && !asked.equals(DATABASE)) {
      String starter = STARTERS.get(asked);
      throw SettingException.of(
          "platform.async.carrier",
          asked,
          starter == null
              ? "database, rabbitmq, redis, kafka, or a bean of type CallCarrier"
              : "with " + starter + " on the classpath",
          DATABASE);
    }
    return new CarrierChoice(found.isEmpty() ? asked : found.get(0));
  }
}
