package io.grpcplatform.samples.order.grpc;

import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.order.NewOrder;
import io.grpcplatform.samples.order.OrderDesk;
import io.grpcplatform.samples.order.OrderDesk.Imported;
import io.grpcplatform.samples.order.v1.ImportOrdersRequest;
import io.grpcplatform.samples.order.v1.ImportOrdersResponse;
import io.grpcplatform.samples.order.v1.ImportRejection;
import io.grpcplatform.stream.PacedReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One open {@code ImportOrders} stream. gRPC calls it on the server's executor, one callback at a
 * time; it blocks there on the database.
 *
 * <ul>
 *   <li><b>Pace:</b> this side's. At most {@value #BATCH} messages are under way while a batch is
 *       being stored.
 *   <li><b>Cancel:</b> stored batches stay, the unfinished one is dropped; importing all of it
 *       again stores nothing twice.
 *   <li><b>Half-close:</b> the last batch is stored, then the answer is sent.
 *   <li><b>Drain:</b> the platform ends the stream with UNAVAILABLE/DRAINING; for this handler that
 *       is a cancel.
 *   <li><b>Bad message:</b> counted and reported in the answer; the rest goes on.
 * </ul>
 */
final class OrderImport implements PacedReader.Handler<ImportOrdersRequest> {
  private static final int BATCH = 50;
  private static final int MAX_REPORTED = 100;
  private static final CompletionStage<Void> DONE = CompletableFuture.completedFuture(null);

  private final OrderDesk desk;
  private final StreamObserver<ImportOrdersResponse> caller;
  private final ImportOrdersResponse.Builder summary = ImportOrdersResponse.newBuilder();
  private final List<Pending> batch = new ArrayList<>(BATCH);
  private long index;

  /** An order and its place in the stream. */
  private record Pending(long index, NewOrder order) {}

  private OrderImport(OrderDesk desk, StreamObserver<ImportOrdersResponse> caller) {
    this.desk = desk;
    this.caller = caller;
  }

  static StreamObserver<ImportOrdersRequest> open(
      OrderDesk desk, StreamObserver<ImportOrdersResponse> caller) {
    return PacedReader.of(caller, BATCH, new OrderImport(desk, caller));
  }

  @Override
  public CompletionStage<Void> message(ImportOrdersRequest request) {
    long place = index++;
    try {
      batch.add(new Pending(place, OrderWire.newOrder(request.getOrder())));
    } catch (IllegalArgumentException invalid) {
      reject(place, request.getOrder().getIdempotencyKey(), String.valueOf(invalid.getMessage()));
    }
    if (batch.size() == BATCH) {
      store();
    }
    return DONE;
  }

  private void store() {
    List<Imported> imported = desk.placeAll(batch.stream().map(Pending::order).toList());
    for (int i = 0; i < imported.size(); i++) {
      Pending pending = batch.get(i);
      Imported outcome = imported.get(i);
      outcome.placement().ifPresent(placement -> count(placement.repeated()));
      outcome
          .refusal()
          .ifPresent(
              refusal ->
                  reject(
                      pending.index(),
                      pending.order().idempotencyKey(),
                      String.valueOf(refusal.getMessage())));
    }
    batch.clear();
  }

  private void count(boolean repeated) {
    if (repeated) {
      summary.setRepeated(summary.getRepeated() + 1);
    } else {
      summary.setAccepted(summary.getAccepted() + 1);
    }
  }

  private void reject(long place, String key, String reason) {
    summary.setRejected(summary.getRejected() + 1);
    if (summary.getRejectionsCount() < MAX_REPORTED) {
      summary.addRejections(
          ImportRejection.newBuilder().setIndex(place).setIdempotencyKey(key).setReason(reason));
    }
  }

  @Override
  public void halfClosed() {
    store();
    caller.onNext(summary.build());
    caller.onCompleted();
  }
}
