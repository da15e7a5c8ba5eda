package io.grpcplatform.samples.order.payment;

import static io.grpcplatform.samples.order.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.samples.order.PaymentCommand;
import io.grpcplatform.samples.order.SagaCommand;
import io.grpcplatform.samples.order.SagaEvent;
import io.grpcplatform.samples.order.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InFlightTest {
  private static final Duration TIMEOUT = Duration.ofMillis(1_050);

  private final Shop shop = new Shop();
  private final AtomicLong now = new AtomicLong();
  private final InFlight inFlight = new InFlight(shop.outbox, 3, now::get);

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void takesNoMoreThanItsLimit() {
    List<String> ids = place(5);

    assertThat(takeAll()).containsExactly(ids.get(0), ids.get(1), ids.get(2));
    assertThat(inFlight.size()).isEqualTo(3);
  }

  @Test
  void takesTheNextWhenOneIsAnswered() {
    List<String> ids = place(5);
    takeAll();

    answer(ids.get(1));

    assertThat(takeAll()).containsExactly(ids.get(3));
  }

  @Test
  void takesCommandsThatCameLater() {
    place(1);
    takeAll();

    List<String> later = place(1);
    inFlight.wake();

    assertThat(takeAll()).isEqualTo(later);
  }

  @Test
  void takesUnansweredCommandsAgainOnceForgotten() {
    List<String> ids = place(2);
    takeAll();
    answer(ids.get(0));

    int unanswered = inFlight.forget();

    assertThat(unanswered).isEqualTo(1);
    assertThat(takeAll()).contains(ids.get(1)).hasSize(2);
  }

  @Test
  void tellsWhatIsOverdue() {
    place(1);
    takeAll();

    now.set(TIMEOUT.toNanos());
    boolean atTheLimit = inFlight.overdue(TIMEOUT).isPresent();
    now.set(TIMEOUT.toNanos() + 1);
    boolean beyond = inFlight.overdue(TIMEOUT).isPresent();

    assertThat(atTheLimit).isFalse();
    assertThat(beyond).isTrue();
  }

  @Test
  void waitsForTheNextAnswerFromTheLastOne() {
    List<String> ids = place(3);
    takeAll();
    long answeredAt = TIMEOUT.toNanos() - 3;
    now.set(answeredAt);
    answer(ids.get(1));

    now.set(answeredAt + TIMEOUT.toNanos());
    boolean atTheLimit = inFlight.overdue(TIMEOUT).isPresent();
    now.set(answeredAt + TIMEOUT.toNanos() + 1);

    assertThat(atTheLimit).isFalse();
    assertThat(inFlight.overdue(TIMEOUT).map(PaymentCommand::orderId)).contains(ids.get(0));
  }

  @Test
  void waitsForTheFirstAnswerFromTheSending() {
    String first = place(1).get(0);
    takeAll();
    answer(first);
    now.set(10 * TIMEOUT.toNanos());

    takeAll();

    assertThat(inFlight.size()).isEqualTo(1);
    assertThat(inFlight.overdue(TIMEOUT)).isEmpty();
  }

  @Test
  void takesAgainWhatCouldNotBeSent() {
    List<String> ids = place(5);
    takeAll();

    inFlight.giveBack(ids.get(1) + ":AUTHORIZE");

    assertThat(inFlight.size()).isEqualTo(2);
    assertThat(takeAll()).containsExactly(ids.get(1));
  }

  @Test
  void timesWhatIsSentAgainAnew() {
    place(1);
    takeAll();
    now.set(TIMEOUT.toNanos());

    inFlight.sentAgain();
    now.set(2 * TIMEOUT.toNanos());
    boolean atTheLimit = inFlight.overdue(TIMEOUT).isPresent();
    now.set(2 * TIMEOUT.toNanos() + 1);

    assertThat(atTheLimit).isFalse();
    assertThat(inFlight.overdue(TIMEOUT)).isPresent();
  }

  @Test
  void findsWhatIsInFlightUntilItsAnswerIsStored() {
    String command = place(1).get(0) + ":AUTHORIZE";
    takeAll();

    boolean before = inFlight.find(command).isPresent();
    inFlight.answered(command);

    assertThat(before).isTrue();
    assertThat(inFlight.find(command)).isEmpty();
  }

  private List<String> place(int orders) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < orders; i++) {
      ids.add(shop.desk.place(order("k-" + System.nanoTime())).order().id());
    }
    return ids;
  }

  private List<String> takeAll() {
    List<String> taken = new ArrayList<>();
    for (PaymentCommand next = inFlight.take(); next != null; next = inFlight.take()) {
      taken.add(next.orderId());
    }
    return taken;
  }

  private void answer(String orderId) {
    inFlight.answered(orderId + ":AUTHORIZE");
    shop.desk.answered(orderId, SagaCommand.AUTHORIZE, SagaEvent.AUTHORIZED);
    inFlight.wake();
  }
}
