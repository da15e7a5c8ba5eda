package io.grpcplatform.samples.order.demo;

import io.grpcplatform.samples.order.v1.OrderStatus;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * One SIGKILL at a point of the saga that chance has chosen: after the shoppers have heard, for the
 * so-manyth time, that an order is in that state. {@code ORDER_STATUS_UNSPECIFIED} stands for its
 * acknowledgement.
 *
 * @param hasty counts from the moment that the victim of the last blow listens again; otherwise
 *     from when money moves again
 * @param micros how long after that; nothing where there is a table
 * @param table strikes when the victim has come to write to it, in the middle of a transaction;
 *     empty for anywhere
 */
record Blow(Victim victim, boolean hasty, OrderStatus heard, int times, int micros, String table) {
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
  private static final Map<Victim, List<String>> TABLES =
      Map.of(
          Victim.ORDER, List.of("shop_order", "order_step", "outbox", "product"),
          Victim.PAYMENT, List.of("payment", "settled_command"));

  /** As many as are asked for; each service is struck in a transaction by one of the first two. */
  static List<Blow> plan(Random chance, int blows) {
    return Stream.concat(
            Stream.of(of(Victim.ORDER, true, chance), of(Victim.PAYMENT, true, chance)),
            Stream.generate(
                () ->
                    of(
                        VICTIMS.get(chance.nextInt(VICTIMS.size())),
                        chance.nextInt(3) == 0,
                        chance)))
        .limit(blows)
        .toList();
  }

  private static Blow of(Victim victim, boolean inTransaction, Random chance) {
    OrderStatus heard = STATES.get(chance.nextInt(STATES.size()));
    // One order of twenty is refunded, and one voided: the others come by far more often.
    boolean rare =
        heard == OrderStatus.ORDER_STATUS_VOIDING || heard == OrderStatus.ORDER_STATUS_REFUNDING;
    List<String> tables = inTransaction ? TABLES.getOrDefault(victim, List.of()) : List.of();
    return new Blow(
        victim,
        chance.nextInt(4) == 0,
        heard,
        1 + chance.nextInt(rare ? 3 : 30),
        chance.nextInt(rare ? 3_000 : 20_000),
        tables.isEmpty() ? "" : tables.get(chance.nextInt(tables.size())));
  }

  @Override
  public String toString() {
    String state =
        heard == OrderStatus.ORDER_STATUS_UNSPECIFIED
            ? "ACKNOWLEDGED"
            : heard.name().substring("ORDER_STATUS_".length());
    return table.isEmpty()
        ? "%s killed %d us after %s no. %d".formatted(victim, micros, state, times)
        : "%s killed writing to %s after %s no. %d".formatted(victim, table, state, times);
  }
}
