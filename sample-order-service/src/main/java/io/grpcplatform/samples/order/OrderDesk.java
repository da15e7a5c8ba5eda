package io.grpcplatform.samples.order;

import io.grpcplatform.samples.order.OrderSaga.Decision;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Accepts orders and takes each through the saga. Safe for any thread; blocks on the database. */
public final class OrderDesk {
  private final Orders orders;
  private final Shelf shelf;
  private final Outbox outbox;
  private final Refunds refunds;
  private final Transactions transactions;
  private final OrderSignals signals;
  private final SagaWatch watch;
  private final InstantSource clock;
  private final Supplier<String> orderIds;

  public OrderDesk(
      Store store,
      OrderSignals signals,
      SagaWatch watch,
      InstantSource clock,
      Supplier<String> orderIds) {
    this.orders = store.orders();
    this.shelf = store.shelf();
    this.outbox = store.outbox();
    this.refunds = store.refunds();
    this.transactions = store.transactions();
    this.signals = signals;
    this.watch = watch;
    this.clock = clock;
    this.orderIds = orderIds;
  }

  /** Everything that one transaction can change together. */
  public record Store(
      Orders orders, Shelf shelf, Outbox outbox, Refunds refunds, Transactions transactions) {}

  /** An order that was accepted, now or (repeated) earlier under the same key. */
  public record Placement(Order order, boolean repeated) {}

  /** A refund that is under way or done, and the name under which it can be asked about. */
  public record Refunding(Order order, String operation) {}

  /** An order one or more steps further, on a way that began then. */
  private record Moved(Order order, Instant since) {}

  /**
   * Returns once the order is stored. Throws {@link OrderRefusedException} when it cannot be
   * accepted.
   */
  public Placement place(NewOrder order) {
    Placement placement = placeRaced(order);
    transactions.afterCommit(() -> committed(placement));
    return placement;
  }

  /** What became of one order of a batch: exactly one of the two is there. */
  public record Imported(Optional<Placement> placement, Optional<OrderRefusedException> refusal) {}

  /** Places a batch in one transaction; an order that cannot be accepted does not stop the rest. */
  public List<Imported> placeAll(List<NewOrder> batch) {
    List<Placement> placed = new ArrayList<>();
    try {
      List<Imported> imported =
          transactions.run(() -> batch.stream().map(it -> attempt(it, this::placeOnce)).toList());
      imported.forEach(it -> it.placement().ifPresent(placed::add));
      transactions.afterCommit(() -> placed.forEach(this::committed));
      return imported;
    } catch (Orders.KeyTakenException raced) {
      // Somebody imports the same orders right now: the race is lost for one order, not for the
      // batch.
      return batch.stream().map(it -> attempt(it, this::place)).toList();
    }
  }

  public Optional<Order> find(String orderId) {
    return orders.find(orderId);
  }

  public List<OrderStep> steps(String orderId, long afterVersion, int limit) {
    return orders.steps(orderId, afterVersion, limit);
  }

  /**
   * Takes in the answer to a command, and the order a step further. An answer heard twice changes
   * nothing the second time.
   *
   * @throws OrderSaga.IllegalTransitionException when the saga knows no such event here; the
   *     command still waits then
   */
  public void answered(String orderId, SagaCommand command, SagaEvent event) {
    String commandId = orderId + ":" + command.name();
    Optional<Moved> moved =
        transactions.run(
            () -> {
              if (!outbox.remove(commandId)) {
                return Optional.empty();
              }
              Order order = orders.lock(orderId);
              Order after = advance(order, OrderSaga.decide(order.state(), event), false);
              return Optional.of(new Moved(after, order.placedAt()));
            });
    transactions.afterCommit(() -> moved.ifPresent(this::committed));
  }

  /**
   * Has the money of a confirmed order given back. Returns once that is stored, and will happen;
   * asked again, it tells of the same refund. The order must exist.
   *
   * @throws OrderRefusedException when the order is not confirmed
   */
  public Refunding refund(String orderId) {
    Refunding refunding = transactions.run(() -> refundOnce(orderId));
    transactions.afterCommit(() -> signals.committed(refunding.order()));
    return refunding;
  }

  /** Takes in that the customer has the money back. Heard twice, it changes nothing again. */
  public void paidBack(String orderId) {
    Optional<Moved> moved =
        transactions.run(
            () -> {
              Order order = orders.lock(orderId);
              if (!isWanted(order) || order.state() != OrderState.REFUNDING) {
                return Optional.empty();
              }
              Instant since = orders.steps(orderId, order.version() - 1, 1).get(0).at();
              Decision next = OrderSaga.decide(order.state(), SagaEvent.PAID_BACK);
              return Optional.of(new Moved(advance(order, next, false), since));
            });
    transactions.afterCommit(() -> moved.ifPresent(this::committed));
  }

  private Refunding refundOnce(String orderId) {
    Order order = orders.lock(orderId);
    if (!isWanted(order)) {
      if (order.state() != OrderState.CONFIRMED) {
        throw OrderRefusedException.notConfirmed(order);
      }
      Decision next = OrderSaga.decide(order.state(), SagaEvent.REFUND_WANTED);
      order = advance(order, next, false);
    }
    // The same call that the saga's command has made, or an earlier request for it.
    return new Refunding(order, refunds.submit(order));
  }

  private static boolean isWanted(Order order) {
    return order.cancelReason() == CancelReason.CUSTOMER_WISH;
  }

  private void committed(Placement placement) {
    if (placement.repeated()) {
      signals.committed(placement.order());
    } else {
      watch.began(placement.order());
      committed(new Moved(placement.order(), placement.order().placedAt()));
    }
  }

  private void committed(Moved moved) {
    signals.committed(moved.order());
    if (moved.order().state().isFinal()) {
      watch.ended(moved.order(), Duration.between(moved.since(), clock.instant()));
    }
  }

  private static Imported attempt(NewOrder order, Function<NewOrder, Placement> placing) {
    try {
      return new Imported(Optional.of(placing.apply(order)), Optional.empty());
    } catch (OrderRefusedException refused) {
      return new Imported(Optional.empty(), Optional.of(refused));
    }
  }

  private Placement placeRaced(NewOrder order) {
    try {
      return transactions.run(() -> placeOnce(order));
    } catch (Orders.KeyTakenException raced) {
      return transactions.run(() -> placeOnce(order));
    }
  }

  private Placement placeOnce(NewOrder request) {
    Optional<Order> earlier = orders.findByKey(request.idempotencyKey());
    if (earlier.isPresent()) {
      if (!earlier.get().request().equals(request)) {
        throw OrderRefusedException.keyReused(request.idempotencyKey());
      }
      return new Placement(earlier.get(), true);
    }
    Money total = total(request);
    Decision begin = OrderSaga.begin();
    Order order = new Order(orderIds.get(), request, total, begin.state(), null, 0, now());
    return new Placement(advance(order, begin, true), false);
  }

  private Money total(NewOrder request) {
    Money total = null;
    for (OrderLine line : request.lines()) {
      Money price =
          shelf.price(line.sku()).orElseThrow(() -> OrderRefusedException.noProduct(line.sku()));
      Money amount = price.times(line.quantity());
      if (total != null && !total.currency().equals(amount.currency())) {
        throw OrderRefusedException.mixedCurrencies(total, amount);
      }
      total = total == null ? amount : total.plus(amount);
    }
    if (total == null || total.minorUnits() == 0) {
      throw OrderRefusedException.nothingToPay();
    }
    return total;
  }

  /** Goes on until the order waits for the payment service or has reached its end. */
  private Order advance(Order from, Decision first, boolean isNew) {
    Order order = from.after(first);
    if (isNew) {
      orders.insert(order);
    }
    List<SagaCommand> open = new ArrayList<>(first.commands());
    orders.append(step(order));
    while (!open.isEmpty()) {
      SagaCommand command = open.remove(0);
      if (command.way() == SagaCommand.Way.HERE) {
        Decision next = OrderSaga.decide(order.state(), carryOut(command, order));
        order = order.after(next);
        orders.append(step(order));
        open.addAll(next.commands());
      } else {
        giveAway(command, order);
      }
    }
    orders.update(order);
    return order;
  }

  private void giveAway(SagaCommand command, Order order) {
    if (command.way() == SagaCommand.Way.BY_DURABLE_CALL) {
      String unused = refunds.submit(order);
    } else {
      outbox.add(
          new PaymentCommand(order.id(), command, order.total(), order.request().cardToken()));
    }
  }

  private SagaEvent carryOut(SagaCommand command, Order order) {
    List<OrderLine> lines = order.request().lines();
    return switch (command) {
      case RESERVE -> shelf.reserve(lines) ? SagaEvent.RESERVED : SagaEvent.OUT_OF_STOCK;
      case CONFIRM -> shelf.checkOut(lines) ? SagaEvent.CONFIRMED : SagaEvent.PRODUCT_RECALLED;
      case RELEASE -> {
        shelf.release(lines);
        yield SagaEvent.RELEASED;
      }
      case TAKE_BACK -> {
        shelf.takeBack(lines);
        yield SagaEvent.RELEASED;
      }
      case AUTHORIZE, CAPTURE, VOID, REFUND, PAY_BACK ->
          throw new IllegalStateException(command + " (expected: a command done here)");
    };
  }

  private OrderStep step(Order order) {
    return new OrderStep(order.id(), order.version(), order.state(), order.cancelReason(), now());
  }

  /** As precise as the database keeps it, so that an order read back equals the one placed. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
