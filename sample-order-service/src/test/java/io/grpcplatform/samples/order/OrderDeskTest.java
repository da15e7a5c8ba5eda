package io.grpcplatform.samples.order;

import static io.grpcplatform.samples.order.Shop.GOOD_CARD;
import static io.grpcplatform.samples.order.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpcplatform.samples.order.OrderDesk.Imported;
import io.grpcplatform.samples.order.OrderDesk.Placement;
import io.grpcplatform.samples.order.OrderDesk.Refunding;
import io.grpcplatform.samples.order.OrderSaga.IllegalTransitionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderDeskTest {
  private static final int THREADS = 12;

  private Shop shop;
  private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);

  @BeforeEach
  void open() throws Exception {
    shop = newShop();
  }

  /** Another one for the same facts on another database. */
  Shop newShop() throws Exception {
    return new Shop();
  }

  @AfterEach
  void close() {
    pool.shutdownNow();
    shop.close();
  }

  @Test
  void storesOrderAndItsFirstCommandTogether() {
    Order placed = shop.desk.place(order("k-1")).order();

    assertThat(shop.orders.find(placed.id())).contains(placed);
    assertThat(placed.state()).isEqualTo(OrderState.AUTHORIZING);
    assertThat(shop.outbox.oldest(10))
        .containsExactly(
            new PaymentCommand(
                placed.id(), SagaCommand.AUTHORIZE, new Money(995, "EUR"), GOOD_CARD));
    assertThat(shop.reserved("mug-blue")).isEqualTo(1);
  }

  @Test
  void confirmsWhatIsPaid() {
    String id = shop.desk.place(order("k-1")).order().id();

    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.AUTHORIZED);
    shop.desk.answered(id, SagaCommand.CAPTURE, SagaEvent.CAPTURED);

    assertThat(shop.desk.steps(id, 0, 10))
        .extracting(OrderStep::state)
        .containsExactly(
            OrderState.RESERVING,
            OrderState.AUTHORIZING,
            OrderState.CAPTURING,
            OrderState.CONFIRMING,
            OrderState.CONFIRMED);
    assertThat(shop.desk.steps(id, 0, 10))
        .extracting(OrderStep::version)
        .containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(shop.outbox.waiting()).isZero();
    assertThat(shop.reserved("mug-blue")).isZero();
    assertThat(shop.available("mug-blue")).isEqualTo(999_999);
  }

  @Test
  void putsGoodsBackWhenTheCardIsDeclined() {
    String id = shop.desk.place(order("k-1")).order().id();

    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.CARD_DECLINED);

    Order order = shop.orders.find(id).orElseThrow();
    assertThat(order.state()).isEqualTo(OrderState.CANCELLED);
    assertThat(order.cancelReason()).isEqualTo(CancelReason.CARD_DECLINED);
    assertThat(shop.available("mug-blue")).isEqualTo(1_000_000);
    assertThat(shop.outbox.waiting()).isZero();
  }

  @Test
  void refundsWhatWasRecalledAfterItWasPaid() {
    String id = shop.desk.place(order("k-1", "heater-recalled", GOOD_CARD)).order().id();

    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.AUTHORIZED);
    shop.desk.answered(id, SagaCommand.CAPTURE, SagaEvent.CAPTURED);
    List<PaymentCommand> compensation = shop.outbox.oldest(10);
    shop.desk.answered(id, SagaCommand.REFUND, SagaEvent.REFUNDED);

    assertThat(compensation)
        .extracting(PaymentCommand::command)
        .containsExactly(SagaCommand.REFUND);
    Order order = shop.orders.find(id).orElseThrow();
    assertThat(order.state()).isEqualTo(OrderState.CANCELLED);
    assertThat(order.cancelReason()).isEqualTo(CancelReason.PRODUCT_RECALLED);
    assertThat(shop.available("heater-recalled")).isEqualTo(1_000_000);
  }

  @Test
  void givesMoneyBackAndTakesGoodsBackOnTheCustomersWish() {
    String id = confirmed("k-1");

    Refunding refunding = shop.desk.refund(id);
    OrderState meanwhile = shop.state(id);
    shop.desk.paidBack(id);

    assertThat(refunding.order().state()).isEqualTo(meanwhile).isEqualTo(OrderState.REFUNDING);
    assertThat(refunding.operation()).isEqualTo("operations/" + id);
    Order order = shop.orders.find(id).orElseThrow();
    assertThat(order.state()).isEqualTo(OrderState.CANCELLED);
    assertThat(order.cancelReason()).isEqualTo(CancelReason.CUSTOMER_WISH);
    assertThat(shop.desk.steps(id, 5, 10))
        .extracting(OrderStep::state)
        .containsExactly(OrderState.REFUNDING, OrderState.RELEASING, OrderState.CANCELLED);
    assertThat(shop.available("mug-blue")).isEqualTo(1_000_000);
    assertThat(shop.reserved("mug-blue")).isZero();
    assertThat(shop.outbox.waiting()).isZero();
  }

  @Test
  void tellsOfTheSameRefundWheneverItIsWanted() {
    String id = confirmed("k-1");

    Refunding first = shop.desk.refund(id);
    Refunding again = shop.desk.refund(id);
    shop.desk.paidBack(id);
    Refunding late = shop.desk.refund(id);

    assertThat(again).isEqualTo(first);
    assertThat(late.operation()).isEqualTo(first.operation());
    assertThat(late.order().state()).isEqualTo(OrderState.CANCELLED);
    assertThat(shop.refunds).containsOnly(id);
  }

  @Test
  void hearsThatMoneyIsBackOnce() {
    String id = confirmed("k-1");
    shop.desk.refund(id);

    shop.desk.paidBack(id);
    shop.desk.paidBack(id);

    assertThat(shop.desk.steps(id, 0, 20)).hasSize(8);
    assertThat(shop.available("mug-blue")).isEqualTo(1_000_000);
  }

  @Test
  void refundsNothingThatIsNotConfirmed() {
    String waiting = shop.desk.place(order("k-1")).order().id();
    String declined = shop.desk.place(order("k-2")).order().id();
    shop.desk.answered(declined, SagaCommand.AUTHORIZE, SagaEvent.CARD_DECLINED);

    for (String id : List.of(waiting, declined)) {
      assertThatThrownBy(() -> shop.desk.refund(id))
          .isInstanceOfSatisfying(
              OrderRefusedException.class,
              it -> assertThat(it.reason()).isEqualTo(OrderRefusedException.Reason.NOT_CONFIRMED));
      shop.desk.paidBack(id);
    }

    assertThat(shop.refunds).isEmpty();
    assertThat(shop.state(waiting)).isEqualTo(OrderState.AUTHORIZING);
  }

  @Test
  void leavesRefundOfRecalledProductToItsCommand() {
    String id = shop.desk.place(order("k-1", "heater-recalled", GOOD_CARD)).order().id();
    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.AUTHORIZED);
    shop.desk.answered(id, SagaCommand.CAPTURE, SagaEvent.CAPTURED);

    shop.desk.paidBack(id);

    assertThat(shop.state(id)).isEqualTo(OrderState.REFUNDING);
  }

  @Test
  void tellsOfEachBeginningAndEachEndOnce() {
    String confirmed = confirmed("k-1");
    shop.desk.place(order("k-1"));
    shop.desk.answered(confirmed, SagaCommand.CAPTURE, SagaEvent.CAPTURED);
    shop.desk.place(order("k-2", "teapot-antique", GOOD_CARD));
    shop.desk.place(new NewOrder("k-3", "c", List.of(new OrderLine("teapot-antique", 3)), "t"));
    shop.desk.refund(confirmed);
    shop.desk.paidBack(confirmed);
    shop.desk.paidBack(confirmed);

    assertThat(shop.begun).hasValue(3);
    assertThat(shop.ends)
        .containsExactly("CONFIRMED null", "CANCELLED OUT_OF_STOCK", "CANCELLED CUSTOMER_WISH");
  }

  @Test
  void tellsOfAnEndWhenTheTransactionAroundItIsCommitted() {
    String id = confirmed("k-1");
    shop.desk.refund(id);

    List<String> before =
        shop.transactions.run(
            () -> {
              shop.desk.paidBack(id);
              return List.copyOf(shop.ends);
            });

    assertThat(before).containsExactly("CONFIRMED null");
    assertThat(shop.ends).containsExactly("CONFIRMED null", "CANCELLED CUSTOMER_WISH");
  }

  @Test
  void tellsOfNoEndThatIsRolledBack() {
    String id = confirmed("k-1");
    shop.desk.refund(id);

    assertThatThrownBy(
            () ->
                shop.transactions.run(
                    () -> {
                      shop.desk.paidBack(id);
                      throw new IllegalStateException("not heard");
                    }))
        .hasMessage("not heard");

    assertThat(shop.ends).containsExactly("CONFIRMED null");
    assertThat(shop.state(id)).isEqualTo(OrderState.REFUNDING);
  }

  @Test
  void tellsOfAnEndOnceWhereTwoInstancesAreAnswered() throws Exception {
    OrderDesk other = shop.elsewhere();
    for (int round = 0; round < 10; round++) {
      String id = shop.desk.place(order("k-" + round)).order().id();
      shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.AUTHORIZED);

      race(
          i -> {
            (i % 2 == 0 ? shop.desk : other).answered(id, SagaCommand.CAPTURE, SagaEvent.CAPTURED);
            return i;
          });
    }

    assertThat(shop.ends).hasSize(10).containsOnly("CONFIRMED null");
    assertThat(shop.begun).hasValue(10);
  }

  @Test
  void refundsOnceHoweverManyWantIt() throws Exception {
    String id = confirmed("k-1");

    List<Refunding> refunding = race(i -> shop.desk.refund(id));
    race(
        i -> {
          shop.desk.paidBack(id);
          return i;
        });

    assertThat(refunding).extracting(Refunding::operation).containsOnly("operations/" + id);
    assertThat(shop.desk.steps(id, 0, 20)).hasSize(8);
    assertThat(shop.available("mug-blue")).isEqualTo(1_000_000);
  }

  private String confirmed(String key) {
    String id = shop.desk.place(order(key)).order().id();
    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.AUTHORIZED);
    shop.desk.answered(id, SagaCommand.CAPTURE, SagaEvent.CAPTURED);
    return id;
  }

  @Test
  void hearsAnAnswerOnce() {
    String id = shop.desk.place(order("k-1")).order().id();

    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.AUTHORIZED);
    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.AUTHORIZED);
    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.CARD_DECLINED);

    assertThat(shop.state(id)).isEqualTo(OrderState.CAPTURING);
  }

  @Test
  void changesNothingOnAnImpossibleAnswer() {
    String id = shop.desk.place(order("k-1")).order().id();

    assertThatThrownBy(() -> shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.REFUNDED))
        .isInstanceOf(IllegalTransitionException.class);

    assertThat(shop.state(id)).isEqualTo(OrderState.AUTHORIZING);
    assertThat(shop.outbox.waiting()).isEqualTo(1);
  }

  @Test
  void givesRacingTwinsOneOrder() throws Exception {
    for (int round = 0; round < 10; round++) {
      String key = "k-" + round;

      List<Placement> placed = race(i -> shop.desk.place(order(key)));

      assertThat(placed).extracting(it -> it.order().id()).containsOnly(placed.get(0).order().id());
      assertThat(placed).filteredOn(it -> !it.repeated()).hasSize(1);
    }

    assertThat(shop.orders.unfinished()).isEqualTo(10);
    assertThat(shop.reserved("mug-blue")).isEqualTo(10);
  }

  @Test
  void sellsNoMorePiecesThanThereAre() throws Exception {
    List<Placement> placed =
        race(i -> shop.desk.place(order("k-" + i, "teapot-antique", GOOD_CARD)));

    assertThat(placed).filteredOn(it -> it.order().state() == OrderState.AUTHORIZING).hasSize(3);
    assertThat(placed)
        .filteredOn(it -> it.order().state() == OrderState.CANCELLED)
        .hasSize(THREADS - 3)
        .extracting(it -> it.order().cancelReason())
        .containsOnly(CancelReason.OUT_OF_STOCK);
    assertThat(shop.available("teapot-antique")).isZero();
  }

  @Test
  void reservesAllLinesOrNone() {
    var lines = List.of(new OrderLine("mug-blue", 2), new OrderLine("teapot-antique", 4));

    Order order = shop.desk.place(new NewOrder("k-1", "customer-7", lines, GOOD_CARD)).order();

    assertThat(order.cancelReason()).isEqualTo(CancelReason.OUT_OF_STOCK);
    assertThat(shop.reserved("mug-blue")).isZero();
    assertThat(shop.available("mug-blue")).isEqualTo(1_000_000);
  }

  @Test
  void refusesKeyOfAnotherOrder() {
    shop.desk.place(order("k-1"));

    assertThatThrownBy(() -> shop.desk.place(order("k-1", "tea-assam", GOOD_CARD)))
        .isInstanceOfSatisfying(
            OrderRefusedException.class,
            it -> assertThat(it.reason()).isEqualTo(OrderRefusedException.Reason.KEY_REUSED));
  }

  @Test
  void importsTheRestOfBatchWithBadOrders() {
    shop.desk.place(order("known"));

    List<Imported> imported =
        shop.desk.placeAll(
            List.of(
                order("new"),
                order("known"),
                order("bad", "no-such-thing", GOOD_CARD),
                order("new")));

    assertThat(imported.get(0).placement().map(Placement::repeated)).isEqualTo(Optional.of(false));
    assertThat(imported.get(1).placement().map(Placement::repeated)).isEqualTo(Optional.of(true));
    assertThat(imported.get(2).refusal().map(OrderRefusedException::reason))
        .isEqualTo(Optional.of(OrderRefusedException.Reason.NO_PRODUCT));
    assertThat(imported.get(3).placement().map(Placement::repeated)).isEqualTo(Optional.of(true));
    assertThat(shop.orders.unfinished()).isEqualTo(2);
  }

  @Test
  void importsRacingTwinBatchesOnce() throws Exception {
    List<NewOrder> batch = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      batch.add(order("k-" + i));
    }

    List<List<Imported>> imported = race(i -> shop.desk.placeAll(batch));

    assertThat(shop.orders.unfinished()).isEqualTo(20);
    assertThat(imported.stream().flatMap(List::stream))
        .filteredOn(it -> !it.placement().orElseThrow().repeated())
        .hasSize(20);
  }

  private <T> List<T> race(IntFunction<T> runner) throws Exception {
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Future<T>> running = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      running.add(
          pool.submit(
              () -> {
                start.await(30, TimeUnit.SECONDS);
                return runner.apply(number);
              }));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : running) {
      results.add(future.get(30, TimeUnit.SECONDS));
    }
    return results;
  }
}
