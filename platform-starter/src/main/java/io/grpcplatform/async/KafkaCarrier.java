package io.grpcplatform.async;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaAdminOperations;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Carries over Kafka: a topic per queue, one consumer group per topic, {@code acks=all} with an
 * idempotent producer, offsets committed after the receiver's transaction. What the application has
 * set ({@code spring.kafka.*}) holds, except where it would lose messages.
 *
 * <p>Threading: safe; sends go one after the other, each with any number of messages in flight at
 * once.
 */
final class KafkaCarrier implements CallCarrier, AutoCloseable {

  static final String NAME = "kafka";

  /** What Spring Boot makes of {@code spring.kafka.*}. */
  record Clients(
      ProducerFactory<?, ?> producers,
      ConsumerFactory<?, ?> consumers,
      KafkaAdminOperations admin) {}

  /**
   * @param partitions of a topic that the carrier makes: how many processes can share it
   * @param replicas of such a topic; null for the broker's own default
   * @param batch how many messages are taken at once
   */
  record Settings(int partitions, @Nullable Short replicas, int batch) {}

  private final Clients clients;
  private final Settings settings;
  private final ParcelSender sender = new ParcelSender(NAME);
  private final Set<String> made = ConcurrentHashMap.newKeySet();
  private @Nullable DefaultKafkaProducerFactory<String, byte[]> producers; // the sender's thread's

  KafkaCarrier(Clients clients, Settings settings) {
    this.clients = clients;
    this.settings = settings;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void send(List<Parcel> parcels, Duration atMost) {
    sender.send(
        () -> {
          boolean sent = false;
          try {
            publish(parcels);
            sent = true;
          } finally {
            if (!sent) {
              forget();
            }
          }
          return true;
        },
        atMost);
  }

  private void publish(List<Parcel> parcels) throws Exception {
    Producer<String, byte[]> open = producer();
    List<Future<?>> sent = new ArrayList<>();
    for (Parcel parcel : parcels) {
      make(parcel.queue());
      sent.add(
          open.send(
              new ProducerRecord<>(parcel.queue(), parcel.id(), parcel.body().toByteArray())));
    }
    for (Future<?> each : sent) {
      each.get();
    }
  }

  private Producer<String, byte[]> producer() {
    DefaultKafkaProducerFactory<String, byte[]> open = producers;
    if (open == null) {
      Map<String, Object> config = new HashMap<>(clients.producers().getConfigurationProperties());
      config.put(ProducerConfig.ACKS_CONFIG, "all");
      config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
      config.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
      open =
          new DefaultKafkaProducerFactory<>(
              config, new StringSerializer(), new ByteArraySerializer());
      open.setPhysicalCloseTimeout(0);
      producers = open;
    }
    return open.createProducer(); // always the same
  }

  /** Or what it still holds would be sent later, beside what the caller sends again. */
  private void forget() {
    made.clear();
    DefaultKafkaProducerFactory<String, byte[]> old = producers;
    producers = null;
    if (old != null) {
      old.destroy();
    }
  }

  private void make(String topic) {
    if (made.add(topic)) {
      try {
        clients
            .admin()
            .createOrModifyTopics(
                new NewTopic(
                    topic,
                    Optional.of(settings.partitions()),
                    Optional.ofNullable(settings.replicas())));
      } catch (RuntimeException failed) {
        made.remove(topic);
        throw failed;
      }
    }
  }

  @Override
  public Subscription receive(String queue, Receiver receiver) {
    return ParcelDelivery.start(
        queue,
        () -> {
          make(queue);
          return new KafkaSource(consumer(queue), queue);
        },
        receiver);
  }

  private Consumer<String, byte[]> consumer(String group) {
    Map<String, Object> config = new HashMap<>(clients.consumers().getConfigurationProperties());
    config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // Messages that came before the first of the group did are for it too.
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batch());
    return new DefaultKafkaConsumerFactory<>(
            config, new StringDeserializer(), new ByteArrayDeserializer())
        .createConsumer();
  }

  @Override
  public void close() {
    try {
      sender.send(
          () -> {
            forget();
            return true;
          },
          Duration.ofSeconds(5));
    } catch (CarrierException busy) {
      // Its thread is a daemon's and ends with the process.
    }
    sender.close();
  }
}
