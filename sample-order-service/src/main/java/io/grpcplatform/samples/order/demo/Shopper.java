package io.grpcplatform.samples.order.demo;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.order.demo.Purchases.Purchase;
import io.grpcplatform.samples.order.v1.CancelReason;
import io.grpcplatform.samples.order.v1.OrderServiceGrpc;
import io.grpcplatform.samples.order.v1.OrderStatus;
import io.grpcplatform.samples.order.v1.PlaceOrderRequest;
import io.grpcplatform.samples.order.v1.RefundOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderResponse;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Places orders at a steady pace and watches each to its end, with plain grpc-java: a client needs
 * nothing of the platform, and has its traces from it. Remembers the id of every order that was
 * acknowledged.
 */
final class Shopper implements AutoCloseable {
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
  private final Wishes wishes = new Wishes();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicInteger refunds = new AtomicInteger();
  private final AtomicInteger refunded = new AtomicInteger();
  private final Purchases purchases;
  private final ShopperListener listener;
  private final Map<String, OrderStatus> acknowledged = new ConcurrentHashMap<>();
  private final Queue<Bought> bought = new ConcurrentLinkedQueue<>();
  private volatile int perSecond;

  /** An order that was confirmed, at that version. */
  private record Bought(Purchase purchase, String id, long version) {}

  Shopper(int port, Purchases purchases) {
    this(port, purchases, new ShopperListener() {});
  }

  Shopper(int port, Purchases purchases, ShopperListener listener) {
    this.purchases = purchases;
    this.listener = listener;
    placing = channel(port);
    watching = channel(port);
  }

  private ManagedChannel channel(int port) {
    return purchases
        .traced(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext())
        .build();
  }

  /** The service is said to be back: connects now, whatever earlier failures ask to wait. */
  void reconnect() {
    placing.resetConnectBackoff();
    watching.resetConnectBackoff();
  }

  /** From now on so many orders a second; 0 for none. */
  void pace(int ordersPerSecond) {
    boolean idle = perSecond == 0;
    perSecond = ordersPerSecond;
    if (idle && ordersPerSecond > 0) {
      pace.execute(this::placeOne);
    }
  }

  /**
   * No new orders; completes when the last one is begun, which then is acknowledged or unanswered.
   */
  CompletableFuture<Void> stop() {
    perSecond = 0;
    return CompletableFuture.runAsync(() -> {}, pace);
  }

  private void placeOne() {
    int rate = perSecond;
    if (rate == 0 || pace.isShutdown()) {
      return;
    }
    var unused = pace.schedule(this::placeOne, 1_000_000L / rate, TimeUnit.MICROSECONDS);
    unanswered.incrementAndGet();
    place(purchases.begin(wishes.next()));
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
      listener.acknowledged();
      watch(purchase, id, 0);
    } catch (StatusRuntimeException notAccepted) {
      refused.incrementAndGet();
      askAgain(purchase, notAccepted.getStatus());
    }
  }

  /** An order without an answer may have been stored all the same; its key makes it safe to ask. */
  private void askAgain(Purchase purchase, Status status) {
    if (mayPass(status)) {
      later(() -> place(purchase));
    } else {
      unanswered.decrementAndGet();
      purchases.end(purchase, false);
      listener.refused(status);
    }
  }

  private static boolean mayPass(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, CANCELLED, UNKNOWN -> true;
      default -> false;
    };
  }

  private void later(Runnable again) {
    try {
      var unused = pace.schedule(again, 300, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      // The shop is closing, and nobody asks any more.
    }
  }

  /** So many customers want the money of a confirmed order back. */
  void regret(int customers) {
    for (int i = 0; i < customers && !pace.isShutdown(); i++) {
      Bought bought = this.bought.poll();
      if (bought != null) {
        unanswered.incrementAndGet();
        refunds.incrementAndGet();
        pace.execute(() -> refund(bought));
      }
    }
  }

  private void refund(Bought bought) {
    bought.purchase().within(() -> refundNow(bought));
  }

  /** Asks until it is answered: then the refund is stored, and the order's steps tell the rest. */
  private void refundNow(Bought bought) {
    try {
      var unused =
          OrderServiceGrpc.newBlockingStub(placing)
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .refundOrder(RefundOrderRequest.newBuilder().setOrderId(bought.id()).build());
      acknowledged.put(bought.id(), OrderStatus.ORDER_STATUS_REFUNDING);
      unanswered.decrementAndGet();
      watch(bought.purchase(), bought.id(), bought.version());
    } catch (StatusRuntimeException notAccepted) {
      if (mayPass(notAccepted.getStatus())) {
        later(() -> refund(bought));
      } else {
        unanswered.decrementAndGet();
        listener.refused(notAccepted.getStatus());
      }
    }
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
      listener.step(step.getStatus());
      if (step.getStatus() == OrderStatus.ORDER_STATUS_CANCELLED
          && step.getCancelReason() == CancelReason.CANCEL_REASON_CUSTOMER_WISH) {
        refunded.incrementAndGet();
      }
    }

    @Override
    public void onError(Throwable cut) {
      if (mayPass(Status.fromThrowable(cut))) {
        later(() -> watch(purchase, id, seen));
      }
    }

    @Override
    public void onCompleted() {
      boolean confirmed = acknowledged.get(id) == OrderStatus.ORDER_STATUS_CONFIRMED;
      purchases.end(purchase, confirmed);
      if (confirmed) {
        bought.add(new Bought(purchase, id, seen));
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

  /** How many of them have it. */
  int refunded() {
    return refunded.get();
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
