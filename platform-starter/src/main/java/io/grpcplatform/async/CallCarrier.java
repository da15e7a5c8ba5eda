package io.grpcplatform.async;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;

/**
 * Takes messages from the service that submits a call to the one that executes it, and results
 * back; each at least once. It keeps no state of calls: both sides have their databases for that,
 * and tell by the id what comes twice.
 *
 * <p>Implementations: RabbitMQ, Redis Streams and Kafka; a user's own is a bean of this type.
 *
 * <p>Threading: safe.
 */
public interface CallCarrier {

  /** The word in {@code platform.async.carrier}, in logs and in meters. */
  String name();

  /**
   * Hands messages over. Returns when the carrier holds all of them so that they survive its own
   * restart, within {@code atMost}; blocks until then.
   *
   * @throws CarrierException if that is not certain for all of them: the caller sends them again
   */
  void send(List<Parcel> parcels, Duration atMost);

  /**
   * Has what is sent to a queue delivered until the subscription is closed. A queue is made when it
   * is first used, and several processes may share it; each message goes to one of them.
   *
   * @param queue letters, digits, dots, dashes and underscores
   * @param receiver called on the carrier's threads; may block
   */
  Subscription receive(String queue, Receiver receiver);

  /** Takes what is delivered. */
  @FunctionalInterface
  interface Receiver {

    /**
     * Takes messages over, in one transaction of its own. Returning acknowledges all of them;
     * whatever it throws leaves them to be delivered again, after a pause.
     */
    void received(List<Parcel> parcels);
  }

  /** Delivery to one receiver. */
  interface Subscription extends AutoCloseable {

    /** Ends the delivery; what was delivered and not acknowledged goes to others. May block. */
    @Override
    void close();
  }

  /**
   * One message.
   *
   * @param queue where to
   * @param id tells it among all messages; the same when it is sent again
   * @param body what is in it
   */
  record Parcel(String queue, String id, ByteString body) {}

  /** The carrier cannot be reached, or did not confirm. */
  final class CarrierException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public CarrierException(String message, Throwable cause) {
      super(message, cause);
    }

    public CarrierException(String message) {
      super(message);
    }
  }
}
