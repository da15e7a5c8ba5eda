package io.grpcplatform.async;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.connection.RabbitUtils;

/**
 * Carries over RabbitMQ: durable queues, persistent messages, publisher confirms, and
 * acknowledgements after the receiver's transaction. The connection is the application's own
 * ({@code spring.rabbitmq.*}); its settings for confirms do not matter, since the carrier has a
 * channel of its own.
 *
 * <p>Threading: safe; sends go one after the other, each with any number of messages and one wait
 * for the broker's confirms.
 */
final class RabbitCarrier implements CallCarrier, AutoCloseable {

  static final String NAME = "rabbitmq";

  private static final int PERSISTENT = 2;

  private final ConnectionFactory connections;
  private final String queueType;
  private final int prefetch;
  private final ParcelSender sender = new ParcelSender(NAME);
  private final Set<String> unroutable = ConcurrentHashMap.newKeySet();
  // The rest belongs to the sender's thread; its executor hands it on.
  private final Set<String> declared = new HashSet<>();
  private @Nullable Channel channel;

  /**
   * @param queueType {@code quorum} or {@code classic}
   * @param prefetch how many messages one process may hold unacknowledged per queue
   */
  RabbitCarrier(ConnectionFactory connections, String queueType, int prefetch) {
    this.connections = connections;
    this.queueType = queueType;
    this.prefetch = prefetch;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void send(List<Parcel> parcels, Duration atMost) {
    sender.send(
        () -> {
          publish(parcels, atMost);
          return true;
        },
        atMost);
  }

  @Override
  public Subscription receive(String queue, Receiver receiver) {
    return ParcelDelivery.start(
        queue,
        () -> {
          Channel own = connections.createConnection().createChannel(false);
          try {
            declare(own, queue);
            return RabbitSource.open(own, queue, prefetch);
          } catch (IOException | RuntimeException failed) {
            discard(own);
            throw failed;
          }
        },
        receiver);
  }

  private void publish(List<Parcel> parcels, Duration atMost) throws Exception {
    boolean confirmed = false;
    try {
      Channel open = open();
      unroutable.clear();
      for (Parcel parcel : parcels) {
        if (declared.add(parcel.queue())) {
          declare(open, parcel.queue());
        }
        // Mandatory: a queue that somebody deleted must not swallow messages and confirm them.
        open.basicPublish(
            "", parcel.queue(), true, properties(parcel), parcel.body().toByteArray());
      }
      if (!open.waitForConfirms(Math.max(1, atMost.toMillis()))) {
        throw new CarrierException("rabbitmq: the broker refused to store a message");
      }
      if (!unroutable.isEmpty()) {
        throw new CarrierException("rabbitmq: no queue for the messages " + unroutable);
      }
      confirmed = true;
    } catch (TimeoutException late) {
      throw new CarrierException("rabbitmq: not confirmed within " + atMost, late);
    } finally {
      if (!confirmed) {
        forget();
      }
    }
  }

  private Channel open() throws IOException {
    Channel open = channel;
    if (open != null && open.isOpen()) {
      return open;
    }
    forget();
    ConnectionFactory publishers = connections.getPublisherConnectionFactory();
    Channel made =
        (publishers == null ? connections : publishers).createConnection().createChannel(false);
    channel = made;
    made.confirmSelect();
    made.addReturnListener(
        returned -> unroutable.add(String.valueOf(returned.getProperties().getMessageId())));
    return made;
  }

  private void forget() {
    declared.clear();
    Channel old = channel;
    channel = null;
    if (old != null) {
      discard(old);
    }
  }

  private void declare(Channel on, String queue) throws IOException {
    on.queueDeclare(queue, true, false, false, Map.of("x-queue-type", queueType));
  }

  private static BasicProperties properties(Parcel parcel) {
    return new BasicProperties.Builder()
        .deliveryMode(PERSISTENT)
        .messageId(parcel.id())
        .contentType("application/x-protobuf")
        .build();
  }

  /** Closes it for good: the application's own users must not get one in confirm mode. */
  static void discard(Channel channel) {
    RabbitUtils.setPhysicalCloseRequired(channel, true);
    RabbitUtils.closeChannel(channel);
  }

  @Override
  public void close() {
    sender.close();
  }
}
