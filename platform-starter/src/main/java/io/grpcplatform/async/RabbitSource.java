package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.grpcplatform.async.CallCarrier.Parcel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One consumer of one queue. Its prefetch bounds what waits here, and a batch is what waits. */
final class RabbitSource implements ParcelSource {

  /** A message, or why there will be no more. */
  private record Arrived(@Nullable Parcel parcel, long tag, @Nullable Exception end) {}

  private final Channel channel;
  private final String queue;
  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();
  private long lastTag;

  private RabbitSource(Channel channel, String queue) {
    this.channel = channel;
    this.queue = queue;
  }

  static RabbitSource open(Channel channel, String queue, int prefetch) throws IOException {
    RabbitSource source = new RabbitSource(channel, queue);
    channel.basicQos(prefetch);
    channel.basicConsume(queue, false, source.consumer());
    return source;
  }

  private DefaultConsumer consumer() {
    return new DefaultConsumer(channel) {
      @Override
      public void handleDelivery(
          String tag, Envelope envelope, BasicProperties properties, byte[] body) {
        String id = String.valueOf(properties.getMessageId());
        Parcel parcel = new Parcel(queue, id, ByteString.copyFrom(body));
        arrived.add(new Arrived(parcel, envelope.getDeliveryTag(), null));
      }

      @Override
      public void handleCancel(String tag) {
        arrived.add(new Arrived(null, 0, new IOException("the queue " + queue + " was deleted")));
      }

      @Override
      public void handleShutdownSignal(String tag, ShutdownSignalException why) {
        arrived.add(new Arrived(null, 0, why));
      }
    };
  }

  @Override
  public List<Parcel> next() throws Exception {
    List<Parcel> parcels = new ArrayList<>();
    Arrived next = arrived.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
    for (; next != null; next = arrived.poll()) {
      Parcel parcel = next.parcel();
      if (parcel == null) {
        // What came before cannot be acknowledged any more, and comes again.
        throw next.end() == null ? new IOException("ended") : next.end();
      }
      parcels.add(parcel);
      lastTag = next.tag();
    }
    return parcels;
  }

  @Override
  public void acknowledge() throws IOException {
    channel.basicAck(lastTag, true);
  }

  @Override
  public void close() {
    RabbitCarrier.discard(channel);
  }
}
