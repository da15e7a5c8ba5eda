package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.PlatformAutoConfiguration;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.autoconfigure.kafka.KafkaAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.kafka.core.KafkaAdmin;

final class CarrierAutoConfigurationTest {

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  PlatformAutoConfiguration.class,
                  RabbitAutoConfiguration.class,
                  RedisAutoConfiguration.class,
                  KafkaAutoConfiguration.class,
                  CarrierAutoConfiguration.class));

  /** A carrier that an application brings. */
  private record Pigeon() implements CallCarrier {
    @Override
    public String name() {
      return "pigeon";
    }

    @Override
    public void send(List<Parcel> parcels, Duration atMost) {}

    @Override
    public Subscription receive(String queue, Receiver receiver) {
      return () -> {};
    }
  }

  @Test
  void theDatabaseAloneCarriesUnlessAnotherIsNamed() {
    runner.run(context -> assertThat(context).doesNotHaveBean(CallCarrier.class));
  }

  @Test
  void theNamedCarrierIsThereBeforeItsBroker() {
    assertCarrier("rabbitmq", RabbitCarrier.class);
    assertCarrier("redis", RedisCarrier.class);
    assertCarrier("kafka", KafkaCarrier.class);
    assertCarrier("Kafka", KafkaCarrier.class);
  }

  private void assertCarrier(String name, Class<? extends CallCarrier> type) {
    runner
        .withPropertyValues("platform.async.carrier=" + name)
        .run(context -> assertThat(context).hasSingleBean(CallCarrier.class).hasSingleBean(type));
  }

  @Test
  void switchedOffThereIsNoCarrier() {
    runner
        .withPropertyValues("platform.async.carrier=rabbitmq", "platform.async.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(CallCarrier.class));
  }

  @Test
  void theApplicationsOwnCarrierWins() {
    runner
        .withBean(Pigeon.class)
        .withPropertyValues("platform.async.carrier=rabbitmq")
        .run(context -> assertThat(context).hasSingleBean(CallCarrier.class));
  }

  @Test
  void aCarrierWhoseLibraryIsMissingFailsTheStart() {
    assertMissing("rabbitmq", ConnectionFactory.class, "spring-boot-starter-amqp");
    assertMissing("redis", RedisConnectionFactory.class, "spring-boot-starter-data-redis");
    assertMissing("kafka", KafkaAdmin.class, "spring-kafka");
  }

  private void assertMissing(String name, Class<?> library, String starter) {
    new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(PlatformAutoConfiguration.class, CarrierAutoConfiguration.class))
        .withClassLoader(new FilteredClassLoader(library))
        .withPropertyValues("platform.async.carrier=" + name)
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .hasStackTraceContaining(
                        "carrier: " + name + " (expected: with " + starter + " on the classpath"));
  }

  @Test
  void anUnknownCarrierFailsTheStart() {
    runner
        .withPropertyValues("platform.async.carrier=rabit")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .hasStackTraceContaining("carrier: rabit (expected: database, rabbitmq"));
  }

  @Test
  void settingsThatCannotWorkFailTheStart() {
    assertRefused("rabbitmq.prefetch=0", "prefetch: 0 (expected: 1 to 10000");
    assertRefused("redis.batch=10001", "batch: 10001 (expected: 1 to 10000");
    assertRefused("redis.claim-after=99ms", "claim-after: PT0.099S (expected:");
    assertRefused("kafka.partitions=0", "partitions: 0 (expected: 1 or more");
    assertRefused("kafka.replicas=0", "replicas: 0 (expected: 1 or more");
  }

  private void assertRefused(String setting, String message) {
    runner
        .withPropertyValues("platform.async." + setting)
        .run(context -> assertThat(context).getFailure().hasStackTraceContaining(message));
  }
}
