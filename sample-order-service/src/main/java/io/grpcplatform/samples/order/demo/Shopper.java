package io.grpcplatform.samples.order.demo;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.order.demo.Purchases.Purchase;
import io.grpcplatform.samples.order.v1.NewOrder;
import io.grpcplatform.samples.order.v1.OrderLine;
import io.grpcplatform.samples.order.v1.OrderServiceGrpc;
import io.grpcplatform.samples.order.v1.OrderStatus;
import io.grpcplatform.samples.order.v1.PlaceOrderRequest;
import io.grpcplatform.samples.order.v1.RefundOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Places orders at a steady pace and watches each to its end, with plain grpc-java: a client needs
 * nothing of the platform, and has its traces from it. Remembers the id of every order that was
 * acknowledged.
 */
final class Shopper implements AutoCloseable {
  private static final List<String> GOODS =
      List.of("tea-assam", "tea-sencha", "mug-blue", "kettle-steel");

  private final ManagedChannel placing;
  // A channel of their own: long streams must not take the places of short calls on one connection.
  private final ManagedChannel watching;
  private final ScheduledExecutorService pace =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "shopper");
            thread.setDaemon(true);
            return thread;
          });
  private final String run = Long.toString(System.currentTimeMillis(), 36);
  private final AtomicInteger numbered = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicInteger refunds = new AtomicInteger();
  private final Purchases purchases;
  private final Map<String, OrderStatus> acknowledged = new ConcurrentHashMap<>();
  private volatile int perSecond;

  Shopper(int port, Purchases purchases) {
    this.purchases = purchases;
    placing = channel(port);
    watching = channel(port);
  }

  private ManagedChannel channel(int port) {
    return purchases
        .traced(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext())
        .build();
  }

  /** From now on so many orders a second; 0 for none. */
  void pace(int ordersPerSecond) {
    boolean idle = perSecond == 0;
    perSecond = ordersPerSecond;
    if (idle && ordersPerSecond > 0) {
      pace.execute(this::placeOne);
    }
  }

  private void placeOne() {
    int rate = perSecond;
    if (rate == 0 || pace.isShutdown()) {
      return;
    }
    var unused = pace.schedule(this::placeOne, 1_000_000L / rate, TimeUnit.MICROSECONDS);
    unanswered.incrementAndGet();
    place(purchases.begin(newOrder(numbered.incrementAndGet())));
  }

  private void place(Purchase purchase) {
    purchase.within(() -> placeNow(purchase));
  }

  private void placeNow(Purchase purchase) {
    try {
      String id =
          OrderServiceGrpc.newBlockingStub(placing)
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .placeOrder(PlaceOrderRequest.newBuilder().setOrder(purchase.order()).build())
              .getOrder()
              .getOrderId();
      acknowledged.put(id, OrderStatus.ORDER_STATUS_UNSPECIFIED);
      unanswered.decrementAndGet();
      watch(purchase, id, 0);
    } catch (StatusRuntimeException notAccepted) {
      refused.incrementAndGet();
      askAgain(purchase, notAccepted.getStatus().getCode());
    }
  }

  /** An order without an answer may have been stored all the same; its key makes it safe to ask. */
  private void askAgain(Purchase purchase, Status.Code code) {
    if (isWorthAsking(code)) {
      later(() -> place(purchase));
    } else {
      unanswered.decrementAndGet();
      purchases.end(purchase, false);
    }
  }

  private static boolean isWorthAsking(Status.Code code) {
    return switch (code) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, CANCELLED, UNKNOWN -> true;
      default -> false;
    };
  }

  private void later(Runnable again) {
    if (!pace.isShutdown()) {
      var unused = pace.schedule(again, 300, TimeUnit.MILLISECONDS);
    }
  }

  /** The customer of every fortieth order does not want it any more once it is confirmed. */
  private boolean isRegretted(Purchase purchase) {
    String key = purchase.order().getIdempotencyKey();
    return Integer.parseInt(key.substring(key.lastIndexOf('-') + 1)) % 40 == 11;
  }

  private void regret(Purchase purchase, String id, long after) {
    unanswered.incrementAndGet();
    refunds.incrementAndGet();
    if (!pace.isShutdown()) {
      pace.execute(() -> refund(purchase, id, after));
    }
  }

  private void refund(Purchase purchase, String id, long after) {
    purchase.within(() -> refundNow(purchase, id, after));
  }

  /** Asks until it is answered: then the refund is stored, and the order's steps tell the rest. */
  private void refundNow(Purchase purchase, String id, long after) {
    try {
      var unused =
          OrderServiceGrpc.newBlockingStub(placing)
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .refundOrder(RefundOrderRequest.newBuilder().setOrderId(id).build());
      acknowledged.put(id, OrderStatus.ORDER_STATUS_REFUNDING);
      unanswered.decrementAndGet();
      watch(purchase, id, after);
    } catch (StatusRuntimeException notAccepted) {
      if (isWorthAsking(notAccepted.getStatus().getCode())) {
        later(() -> refund(purchase, id, after));
      } else {
        unanswered.decrementAndGet();
      }
    }
  }

  /**
   * Of twenty orders two cards are declined, one is declined when captured, and one buys what has
   * been recalled.
   */
  private NewOrder newOrder(int number) {
    int kind = number % 20;
    String card =
        kind == 3 || kind == 13 ? "tok_demo_0002" : kind == 7 ? "tok_demo_0119" : "tok_demo_4242";
    String sku = kind == 17 ? "heater-recalled" : GOODS.get(number % GOODS.size());
    return NewOrder.newBuilder()
        .setIdempotencyKey(run + "-" + number)
        .setCustomerId("customer-" + number % 17)
        .setCardToken(card)
        .addLines(OrderLine.newBuilder().setSku(sku).setQuantity(1 + number % 3))
        .build();
  }

  private void watch(Purchase purchase, String id, long after) {
    WatchOrderRequest request =
        WatchOrderRequest.newBuilder().setOrderId(id).setAfterVersion(after).build();
    purchase.within(
        () ->
            OrderServiceGrpc.newStub(watching).watchOrder(request, new Steps(purchase, id, after)));
  }

  /** What becomes of one order. */
  private final class Steps implements StreamObserver<WatchOrderResponse> {
    private final Purchase purchase;
    private final String id;
    private long seen;

    Steps(Purchase purchase, String id, long after) {
      this.purchase = purchase;
      this.id = id;
      this.seen = after;
    }

    @Override
    public void onNext(WatchOrderResponse step) {
      seen = step.getVersion();
      acknowledged.put(id, step.getStatus());
    }

    @Override
    public void onError(Throwable cut) {
      if (Status.fromThrowable(cut).getCode() == Status.Code.UNAVAILABLE) {
        later(() -> watch(purchase, id, seen));
      }
    }

    @Override
    public void onCompleted() {
      boolean confirmed = acknowledged.get(id) == OrderStatus.ORDER_STATUS_CONFIRMED;
      purchases.end(purchase, confirmed);
      if (confirmed && isRegretted(purchase)) {
        regret(purchase, id, seen);
      }
    }
  }

  /** Ids of all orders the service has acknowledged. */
  List<String> acknowledged() {
    return List.copyOf(acknowledged.keySet());
  }

  long confirmed() {
    return count(OrderStatus.ORDER_STATUS_CONFIRMED);
  }

  long compensated() {
    return count(OrderStatus.ORDER_STATUS_CANCELLED);
  }

  long waiting() {
    return acknowledged.size() - confirmed() - compensated();
  }

  int placed() {
    return acknowledged.size();
  }

  /** Orders of which nobody knows whether the service has them. */
  int unanswered() {
    return unanswered.get();
  }

  /** How many customers wanted their money back. */
  int refunds() {
    return refunds.get();
  }

  int refused() {
    return refused.get();
  }

  private long count(OrderStatus status) {
    return acknowledged.values().stream().filter(it -> it == status).count();
  }

  @Override
  public void close() {
    perSecond = 0;
    pace.shutdownNow();
    placing.shutdownNow();
    watching.shutdownNow();
    purchases.close();
  }
}
