package io.grpcplatform.samples.order.demo;

import io.grpc.Status;
import io.grpcplatform.samples.order.v1.OrderStatus;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

/** What all shoppers hear, for a test that waits for it. Safe for any thread. */
final class Ears implements ShopperListener {
  private final Queue<Status> refusals = new ConcurrentLinkedQueue<>();
  private OrderStatus wanted = OrderStatus.UNRECOGNIZED;
  private int left;
  private CompletableFuture<Void> heard = new CompletableFuture<>();
  private BooleanSupplier end = () -> false;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** Completes when that was heard so many times from now on. */
  synchronized CompletableFuture<Void> hear(OrderStatus status, int times) {
    wanted = status;
    left = times;
    heard = new CompletableFuture<>();
    return heard;
  }

  /** Completes when that is true, at once or after something was heard. */
  CompletableFuture<Void> hearUntil(BooleanSupplier isOver) {
    synchronized (this) {
      end = isOver;
    }
    lookForTheEnd();
    return ended;
  }

  Queue<Status> refusals() {
    return refusals;
  }

  @Override
  public void acknowledged() {
    step(OrderStatus.ORDER_STATUS_UNSPECIFIED);
  }

  @Override
  public void step(OrderStatus status) {
    CompletableFuture<Void> done = count(status);
    if (done != null) {
      done.complete(null);
    }
    lookForTheEnd();
  }

  @Override
  public void refused(Status status) {
    refusals.add(status);
    lookForTheEnd();
  }

  private synchronized CompletableFuture<Void> count(OrderStatus status) {
    return status == wanted && --left == 0 ? heard : null;
  }

  private void lookForTheEnd() {
    BooleanSupplier isOver;
    synchronized (this) {
      isOver = end;
    }
    if (isOver.getAsBoolean()) {
      ended.complete(null);
    }
  }
}
