package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import io.grpcplatform.async.CallCarrier.Parcel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** One member of the group of one topic. */
final class KafkaSource implements ParcelSource {

  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final Consumer<String, byte[]> consumer;
  private final String topic;

  KafkaSource(Consumer<String, byte[]> consumer, String topic) {
    this.consumer = consumer;
    this.topic = topic;
    consumer.subscribe(List.of(topic));
  }

  @Override
  public List<Parcel> next() {
    List<Parcel> parcels = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> message : consumer.poll(Duration.ofMillis(WAIT_MILLIS))) {
      byte[] body = message.value() == null ? new byte[0] : message.value();
      parcels.add(new Parcel(topic, String.valueOf(message.key()), ByteString.copyFrom(body)));
    }
    return parcels;
  }

  @Override
  public void acknowledge() {
    consumer.commitSync();
  }

  @Override
  public void close() {
    consumer.close(CLOSE);
  }
}
