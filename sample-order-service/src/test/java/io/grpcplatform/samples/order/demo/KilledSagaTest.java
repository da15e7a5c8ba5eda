package io.grpcplatform.samples.order.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.samples.order.v1.OrderStatus;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Both services, on a real PostgreSQL, are killed at random points of the saga, and every order
 * that was acknowledged is looked up afterwards in both databases. The short form kills four times;
 * {@code -Dsamples.test.kills=30} is the long one, and {@code -Dsamples.test.kills.seed} chooses
 * the points again that a run has printed.
 */
@Timeout(1800)
class KilledSagaTest {
  private static final int KILLS = Integer.getInteger("samples.test.kills", 4);
  private static final long SEED =
      Long.getLong("samples.test.kills.seed", new Random().nextInt(1_000_000));
  private static final int SHOPPERS = 3;
  private static final int ORDERS_PER_SECOND = 10;

  /** So many of each shopper's confirmed orders are to be refunded after each blow. */
  private static final int REFUNDS = 2;

  private static final int FEW = 2;

  /** With more than these under way the shoppers do not speed up again. */
  private static final long MANY = 300;

  private final Path directory = Path.of("target", "killed-saga");
  private final Ears ears = new Ears();
  private final List<Shopper> shoppers = new ArrayList<>();
  private final List<Long> resumed = new ArrayList<>();
  private long listensSince;
  private int strikes;
  private int interruptions;
  private int unheard;

  @Test
  void everyAcknowledgedOrderEndsWithItsMoneyWhereItBelongs() throws Exception {
    try (TwoServices services = new TwoServices(directory);
        TwoDatabases databases = begin(services)) {

      System.out.printf("seed %d, logs in %s%n", SEED, directory);
      for (Blow blow : Blow.plan(new Random(SEED), KILLS)) {
        strike(blow, services, databases);
      }
      awaitTheEndOfEveryOrder();
      List<String> acknowledged =
          shoppers.stream().flatMap(it -> it.acknowledged().stream()).toList();
      shoppers.forEach(Shopper::close);
      services.stop();

      Audit.Report report = databases.audit(acknowledged);
      System.out.println(figures(report));
      assertThat(report.findings()).as("seed %d", SEED).isEmpty();
      assertThat(report.isClean()).isTrue();
      assertThat(report.placed()).as("orders").isGreaterThan(10 * KILLS);
      assertThat(interruptions).as("kills with orders under way").isGreaterThanOrEqualTo(KILLS / 2);
      assertEverythingElseAddsUp(databases, acknowledged.size());
      new PlantedFaults(databases, acknowledged).areEachFound();
    }
  }

  /** Both services listen, and the shoppers have begun. */
  private TwoDatabases begin(TwoServices services) throws Exception {
    services.start(Victim.BOTH);
    services.awaitListening(Victim.BOTH);
    listensSince = System.nanoTime();
    for (int i = 0; i < SHOPPERS; i++) {
      Shopper shopper = new Shopper(services.orderPort(), Purchases.untraced(), ears);
      shoppers.add(shopper);
      shopper.pace(ORDERS_PER_SECOND);
    }
    return services.databases();
  }

  /** Kills, looks at what is left, and starts again. Returns once what was killed listens. */
  private void strike(Blow blow, TwoServices services, TwoDatabases databases) throws Exception {
    if (!blow.hasty()) {
      awaitMoneyMoving();
    }
    ears.hear(blow.heard(), blow.times()).get(120, TimeUnit.SECONDS);
    if (blow.table().isEmpty()) {
      // Chance decides the moment; there is nothing that could be waited for.
      var moment = CompletableFuture.delayedExecutor(blow.micros(), TimeUnit.MICROSECONDS);
      CompletableFuture.runAsync(() -> kill(blow, services), moment).get(20, TimeUnit.SECONDS);
    } else {
      try (HeldTable table = services.hold(blow.victim(), blow.table())) {
        table.awaitWriter();
        kill(blow, services);
      }
    }
    // Fewer while a process starts, which on a busy machine takes long: the end is to come in time.
    shoppers.forEach(it -> it.pace(FEW));
    Aftermath left = Aftermath.of(databases);
    System.out.printf("%d of %d: %s: %s%n", ++strikes, KILLS, blow, left);
    interruptions += left.interruptedSomething() ? 1 : 0;
    unheard += left.unheard();
    services.start(blow.victim());
    services.awaitListening(blow.victim());
    listensSince = System.nanoTime();
    // Refunds that are not there yet when the next blow falls.
    shoppers.forEach(it -> it.regret(REFUNDS));
    long waiting = shoppers.stream().mapToLong(Shopper::waiting).sum();
    for (Shopper shopper : shoppers) {
      shopper.reconnect();
      shopper.pace(waiting > MANY ? FEW : ORDERS_PER_SECOND);
    }
  }

  /** Payment answers again: an order was heard to be captured next. */
  private void awaitMoneyMoving() throws Exception {
    ears.hear(OrderStatus.ORDER_STATUS_CAPTURING, 1).get(120, TimeUnit.SECONDS);
    resumed.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - listensSince));
  }

  private static void kill(Blow blow, TwoServices services) {
    try {
      services.kill(blow.victim());
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException("the test is over", interrupted);
    }
  }

  private String figures(Audit.Report report) {
    return "%s; %d commands were carried out and not heard of when a process died; ms until money moved again: %s"
        .formatted(report.line(), unheard, resumed.stream().sorted().toList());
  }

  private void awaitTheEndOfEveryOrder() throws Exception {
    for (Shopper shopper : shoppers) {
      shopper.stop().get(20, TimeUnit.SECONDS);
    }
    BooleanSupplier allEnded =
        () -> shoppers.stream().allMatch(it -> it.unanswered() == 0 && it.waiting() == 0);
    try {
      ears.hearUntil(allEnded).get(300, TimeUnit.SECONDS);
    } catch (TimeoutException some) {
      System.out.println("not every order has come to an end: the audit will name them");
    }
    assertThat(ears.refusals()).as("orders refused for good").isEmpty();
  }

  /** What the audit does not know: which order should have come to which end, and the goods. */
  private static void assertEverythingElseAddsUp(TwoDatabases databases, int acknowledged)
      throws SQLException {
    assertThat(number(databases.orders(), "SELECT COUNT(*) FROM shop_order"))
        .as("orders, of which each was acknowledged in the end")
        .isEqualTo(acknowledged);
    assertThat(
            number(
                databases.orders(),
                """
                SELECT COUNT(*) FROM shop_order o JOIN order_line l ON l.order_id = o.order_id
                WHERE (o.state = 'CONFIRMED') <> (o.card_token LIKE '%4242' AND l.sku <> 'heater-recalled'
                  AND COALESCE(o.cancel_reason, '') <> 'CUSTOMER_WISH')"""))
        .as("orders with an end that their card and their goods do not account for")
        .isZero();
    assertThat(
            number(
                databases.orders(),
                """
                SELECT COUNT(*) FROM product p WHERE p.sku <> 'teapot-antique' AND 1000000 - p.available <>
                  (SELECT COALESCE(SUM(l.quantity), 0) FROM order_line l JOIN shop_order o ON o.order_id = l.order_id
                   WHERE l.sku = p.sku AND o.state = 'CONFIRMED')"""))
        .as("products of which more or less has left the shelf than was sold")
        .isZero();
  }

  private static long number(Connection database, String sql) throws SQLException {
    try (PreparedStatement query = database.prepareStatement(sql);
        ResultSet row = query.executeQuery()) {
      assertThat(row.next()).isTrue();
      return row.getLong(1);
    }
  }
}
