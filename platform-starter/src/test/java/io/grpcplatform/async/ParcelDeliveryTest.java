package io.grpcplatform.async;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpcplatform.async.CallCarrier.Parcel;
import io.grpcplatform.async.CallCarrier.Subscription;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Messages are acknowledged after they were taken over, whatever the receiver throws before. */
final class ParcelDeliveryTest {

  private final BlockingQueue<String> steps = new LinkedBlockingQueue<>();
  private final BlockingQueue<List<Parcel>> waiting =
      new LinkedBlockingQueue<>(List.of(List.of(new Parcel("queue", "1", ByteString.EMPTY))));

  /** Has one message. */
  private final class OneMessage implements ParcelSource {
    @Override
    public List<Parcel> next() throws InterruptedException {
      List<Parcel> next = waiting.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
      return next == null ? List.of() : next;
    }

    @Override
    public void acknowledge() {
      steps.add("acknowledged");
    }

    @Override
    public void close() {}
  }

  @Test
  void goesOnAfterAnErrorAndAcknowledgesLast() throws Exception {
    AtomicInteger offered = new AtomicInteger();
    try (Subscription open =
        ParcelDelivery.start(
            "queue",
            OneMessage::new,
            parcels -> {
              steps.add("offered");
              if (offered.incrementAndGet() == 1) {
                throw new NoClassDefFoundError("says the test");
              }
              steps.add("taken");
            })) {
      assertThat(steps.poll(10, TimeUnit.SECONDS)).isEqualTo("offered");
      assertThat(steps.poll(10, TimeUnit.SECONDS)).isEqualTo("offered");
      assertThat(steps.poll(10, TimeUnit.SECONDS)).isEqualTo("taken");
      assertThat(steps.poll(10, TimeUnit.SECONDS)).isEqualTo("acknowledged");
    }
  }
}
