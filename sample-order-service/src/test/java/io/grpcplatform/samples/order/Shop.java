package io.grpcplatform.samples.order;

import com.zaxxer.hikari.HikariDataSource;
import io.grpcplatform.telemetry.MessageTraces;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * A whole shop on a fresh in-memory database, migrated like the real one: everything but the wire.
 */
public final class Shop implements AutoCloseable {
  public static final String GOOD_CARD = "tok_4242";

  public final OrderSignals signals = new OrderSignals();
  public final JdbcClient jdbc;
  public final OrderDesk desk;
  public final Outbox outbox;
  public final Orders orders;
  public final Transactions transactions;

  /** The ids of the orders whose money was to go back, each as often as it was asked for. */
  public final List<String> refunds = new CopyOnWriteArrayList<>();

  /** How each order that ended did, and how long that took. */
  public final List<String> ends = new CopyOnWriteArrayList<>();

  public final AtomicInteger begun = new AtomicInteger();
  private final OrderDesk.Store store;
  private final HikariDataSource database = new HikariDataSource();
  private final AnnotationConfigApplicationContext context =
      new AnnotationConfigApplicationContext();

  /** In memory. */
  public Shop() {
    this("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000");
  }

  public Shop(String jdbcUrl) {
    database.setJdbcUrl(jdbcUrl);
    database.setMaximumPoolSize(16);
    Flyway.configure().dataSource(database).load().migrate();
    jdbc = JdbcClient.create(database);
    context.registerBean(DataSource.class, () -> database);
    context.registerBean(JdbcClient.class, () -> jdbc);
    context.registerBean(JdbcTransactionManager.class, () -> new JdbcTransactionManager(database));
    context.registerBean(MessageTraces.class, MessageTraces::none);
    String root = Shop.class.getPackageName();
    context.scan(root + ".storage", root + ".outbox");
    context.refresh();
    outbox = context.getBean(Outbox.class);
    orders = context.getBean(Orders.class);
    transactions = context.getBean(Transactions.class);
    store =
        new OrderDesk.Store(
            orders, context.getBean(Shelf.class), outbox, this::refund, transactions);
    desk = desk(signals);
  }

  /** The desk of another process on this database, of whose signals nobody hears here. */
  public OrderDesk elsewhere() {
    return desk(new OrderSignals());
  }

  private OrderDesk desk(OrderSignals heard) {
    return new OrderDesk(
        store, heard, new Watch(), InstantSource.system(), () -> UUID.randomUUID().toString());
  }

  private String refund(Order order) {
    refunds.add(order.id());
    return "operations/" + order.id();
  }

  private final class Watch implements SagaWatch {
    @Override
    public void began(Order order) {
      begun.incrementAndGet();
    }

    @Override
    public void ended(Order order, Duration took) {
      ends.add(order.state() + " " + order.cancelReason());
    }
  }

  /** An order of one piece. */
  public static NewOrder order(String key, String sku, String card) {
    return new NewOrder(key, "customer-7", List.of(new OrderLine(sku, 1)), card);
  }

  public static NewOrder order(String key) {
    return order(key, "mug-blue", GOOD_CARD);
  }

  public OrderState state(String orderId) {
    return orders.find(orderId).orElseThrow().state();
  }

  public long available(String sku) {
    return column("available", sku);
  }

  public long reserved(String sku) {
    return column("reserved", sku);
  }

  private long column(String column, String sku) {
    return jdbc.sql("SELECT " + column + " FROM product WHERE sku = ?")
        .param(sku)
        .query(Long.class)
        .single();
  }

  @Override
  public void close() {
    context.close();
    database.close();
  }
}
