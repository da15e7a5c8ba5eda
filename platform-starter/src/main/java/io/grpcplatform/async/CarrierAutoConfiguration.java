package io.grpcplatform.async;

import io.grpcplatform.CallClock;
import io.grpcplatform.PlatformAutoConfiguration;
import io.grpcplatform.async.KafkaCarrier.Clients;
import java.util.UUID;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;

/**
 * The carrier that {@code platform.async.carrier} names, on the application's own connection; none
 * where the application has a {@link CallCarrier} of its own.
 */
@AutoConfiguration(
    after = PlatformAutoConfiguration.class,
    beforeName = "io.grpcplatform.async.AsyncAutoConfiguration",
    afterName = {
      "org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration",
      "org.springframework.boot.amqp.autoconfigure.RabbitAutoConfiguration",
      "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration",
      "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
      "org.springframework.boot.autoconfigure.kafka.KafkaAutoConfiguration",
      "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration"
    })
@ConditionalOnProperty(name = "platform.async.enabled", matchIfMissing = true)
@EnableConfigurationProperties(AsyncProperties.class)
public final class CarrierAutoConfiguration {

  private static final String CARRIER = "platform.async.carrier";

  /** RabbitMQ. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty(name = CARRIER, havingValue = RabbitCarrier.NAME)
  @ConditionalOnClass(name = "org.springframework.amqp.rabbit.connection.ConnectionFactory")
  static final class RabbitConfiguration {

    @Bean
    @ConditionalOnMissingBean(CallCarrier.class)
    RabbitCarrier platformRabbitCarrier(ConnectionFactory connections, AsyncProperties start) {
      CarrierProperties.Rabbitmq own = start.rabbitmq();
      return new RabbitCarrier(connections, own.queueType().argument(), own.prefetch());
    }
  }

  /** Redis Streams. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty(name = CARRIER, havingValue = RedisCarrier.NAME)
  @ConditionalOnClass(name = "org.springframework.data.redis.connection.RedisConnectionFactory")
  static final class RedisConfiguration {

    @Bean
    @ConditionalOnMissingBean(CallCarrier.class)
    RedisCarrier platformRedisCarrier(
        RedisConnectionFactory connections, AsyncProperties start, CallClock clock) {
      CarrierProperties.Redis own = start.redis();
      return new RedisCarrier(
          connections,
          new RedisSource.Settings(UUID.randomUUID().toString(), own.claimAfter(), own.batch()),
          own.requireAppendOnly(),
          clock::nanoTime);
    }
  }

  /** Kafka. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty(name = CARRIER, havingValue = KafkaCarrier.NAME)
  @ConditionalOnClass(name = "org.springframework.kafka.core.KafkaAdmin")
  static final class KafkaConfiguration {

    @Bean
    @ConditionalOnMissingBean(CallCarrier.class)
    KafkaCarrier platformKafkaCarrier(
        ProducerFactory<?, ?> producers,
        ConsumerFactory<?, ?> consumers,
        KafkaAdmin admin,
        AsyncProperties start) {
      CarrierProperties.Kafka own = start.kafka();
      return new KafkaCarrier(
          new Clients(producers, consumers, admin),
          new KafkaCarrier.Settings(own.partitions(), own.replicas(), own.batch()));
    }
  }
}
