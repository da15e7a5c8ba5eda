package io.grpcplatform.samples.order.demo;

import io.grpcplatform.samples.order.v1.OrderStatus;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * One SIGKILL at a point of the saga that chance has chosen: so many microseconds after the
 * shoppers have heard, for the so-manyth time, that an order is in that state. {@code
 * ORDER_STATUS_UNSPECIFIED} stands for its acknowledgement.
 *
 * @param hasty counts from the moment that the victim of the last blow listens again; otherwise
 *     from when money moves again
 */
record Blow(Victim victim, boolean hasty, OrderStatus heard, int times, int micros) {
  private static final List<Victim> VICTIMS =
      List.of(Victim.ORDER, Victim.ORDER, Victim.PAYMENT, Victim.PAYMENT, Victim.BOTH);
  private static final List<OrderStatus> STATES =
      List.of(
          OrderStatus.ORDER_STATUS_UNSPECIFIED,
          OrderStatus.ORDER_STATUS_AUTHORIZING,
          OrderStatus.ORDER_STATUS_CAPTURING,
          OrderStatus.ORDER_STATUS_CONFIRMED,
          OrderStatus.ORDER_STATUS_VOIDING,
          OrderStatus.ORDER_STATUS_REFUNDING,
          OrderStatus.ORDER_STATUS_CANCELLED);

  /** As many as are asked for; both services are among the first two. */
  static List<Blow> plan(Random chance, int blows) {
    return Stream.concat(
            Stream.of(of(Victim.ORDER, chance), of(Victim.PAYMENT, chance)),
            Stream.generate(() -> of(VICTIMS.get(chance.nextInt(VICTIMS.size())), chance)))
        .limit(blows)
        .toList();
  }

  private static Blow of(Victim victim, Random chance) {
    OrderStatus heard = STATES.get(chance.nextInt(STATES.size()));
    // One order of twenty is refunded, and one voided: the others come by far more often.
    boolean rare =
        heard == OrderStatus.ORDER_STATUS_VOIDING || heard == OrderStatus.ORDER_STATUS_REFUNDING;
    return new Blow(
        victim,
        chance.nextInt(4) == 0,
        heard,
        1 + chance.nextInt(rare ? 3 : 30),
        chance.nextInt(rare ? 3_000 : 20_000));
  }

  @Override
  public String toString() {
    String what =
        heard == OrderStatus.ORDER_STATUS_UNSPECIFIED
            ? "ACKNOWLEDGED"
            : heard.name().substring("ORDER_STATUS_".length());
    return "%s killed %d us after %s no. %d".formatted(victim, micros, what, times);
  }
}
