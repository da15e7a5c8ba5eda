package io.grpcplatform.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpcplatform.test.v1.NumberedRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a client's session keeps, and no more. */
final class ReplayBufferTest {

  private final ReplayBuffer<NumberedRequest> buffer =
      new ReplayBuffer<>(
          new SessionLimits(
              3,
              1000,
              Duration.ofSeconds(5),
              Duration.ofSeconds(15),
              Duration.ofMillis(50),
              Duration.ofSeconds(1),
              Duration.ZERO));

  private static NumberedRequest filled(int bytes) {
    return NumberedRequest.newBuilder().setFiller(ByteString.copyFrom(new byte[bytes])).build();
  }

  private void send() {
    for (ReplayBuffer.Kept<NumberedRequest> next = buffer.take();
        next != null;
        next = buffer.take()) {
      buffer.first(next.number());
    }
  }

  @Test
  void aMessageLargerThanTheLimitWaitsAlone() {
    buffer.add(filled(5000));

    assertThatThrownBy(() -> buffer.add(filled(1)))
        .isInstanceOf(ReplayBufferFullException.class)
        .hasMessageContaining("among 1 messages");
  }

  @Test
  void roomIsToldForTheSizeThatHadNone() {
    buffer.add(filled(400));
    buffer.add(filled(400));
    assertThatThrownBy(() -> buffer.add(filled(900))).isInstanceOf(ReplayBufferFullException.class);
    CompletionStage<Void> room = buffer.whenReady();
    send();

    buffer.acknowledge(1);
    assertThat(buffer.roomFound()).isNull();
    buffer.acknowledge(2);

    CompletableFuture<Void> found = buffer.roomFound();
    assertThat(found).isNotNull();
    assertThat(room.toCompletableFuture()).isNotDone();
    found.complete(null);
    assertThat(room.toCompletableFuture()).isCompleted();
    buffer.add(filled(900));
  }

  @Test
  void whoeverGivesUpWaitingForRoomSpoilsItForNobody() {
    buffer.add(filled(1000));
    var impatient = buffer.whenReady().toCompletableFuture();
    var patient = buffer.whenReady().toCompletableFuture();

    impatient.cancel(false);

    assertThat(patient).isNotDone();
    assertThat(buffer.whenReady().toCompletableFuture()).isNotDone();
  }

  @Test
  void whatAStreamHasAnnouncedIsKeptThoughAcknowledged() {
    buffer.add(filled(1));
    buffer.add(filled(1));
    send();
    assertThat(buffer.hold()).isEqualTo(1);
    assertThat(buffer.acknowledge(1)).hasSize(1);
    assertThat(buffer.unacknowledged()).isEqualTo(1);

    buffer.rewind();

    ReplayBuffer.Kept<NumberedRequest> first = buffer.take();
    assertThat(first).isNotNull();
    assertThat(first.number()).isEqualTo(1);
    assertThat(buffer.acknowledge(1)).isEmpty();
  }

  @Test
  void aStreamThatIsNotOpenedLetsGoOfWhatIsAcknowledged() {
    buffer.add(filled(1));
    buffer.add(filled(1));
    buffer.add(filled(1));
    send();
    buffer.hold();
    buffer.acknowledge(2);
    assertThatThrownBy(() -> buffer.add(filled(1))).isInstanceOf(ReplayBufferFullException.class);

    buffer.release();

    buffer.add(filled(1));
    assertThat(buffer.hold()).isEqualTo(3);
  }

  @Test
  void nothingIsAcknowledgedThatWasNeverSent() {
    CompletionStage<Void> done = buffer.add(filled(1));

    assertThat(buffer.acknowledge(Long.MAX_VALUE)).isEmpty();
    assertThat(buffer.acknowledge(-1)).isEmpty();

    assertThat(done.toCompletableFuture()).isNotDone();
    assertThat(buffer.unacknowledged()).isEqualTo(1);
  }
}
