package io.grpcplatform.async;

import io.grpcplatform.async.CallCarrier.Parcel;
import java.util.List;

/**
 * What one subscription takes its messages from while the connection lasts; after a failure it is
 * closed and another is opened.
 *
 * <p>Threading: used by the one thread of its {@link ParcelDelivery}.
 */
interface ParcelSource extends AutoCloseable {

  /** How long {@link #next} waits for a first message, so that a subscription ends within that. */
  long WAIT_MILLIS = 250;

  /** The next messages in their order, as many as are there already; none after a short wait. */
  List<Parcel> next() throws Exception;

  /** Tells the carrier that what {@link #next} returned last is taken over. */
  void acknowledge() throws Exception;

  /** What was returned and not acknowledged goes to others. */
  @Override
  void close();

  /** Connects. */
  @FunctionalInterface
  interface Opener {
    ParcelSource open() throws Exception;
  }
}
