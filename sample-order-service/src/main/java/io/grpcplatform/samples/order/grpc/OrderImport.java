package io.grpcplatform.samples.order.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.samples.order.NewOrder;
import io.grpcplatform.samples.order.OrderDesk;
import io.grpcplatform.samples.order.OrderDesk.Imported;
import io.grpcplatform.samples.order.v1.ImportOrdersRequest;
import io.grpcplatform.samples.order.v1.ImportOrdersResponse;
import io.grpcplatform.samples.order.v1.ImportRejection;
import java.util.ArrayList;
import java.util.List;

/**
 * One open {@code ImportOrders} stream. gRPC calls it on the server's executor, one callback at a
 * time; it blocks there on the database.
 *
 * <ul>
 *   <li><b>Pace:</b> this side's. The next {@value #BATCH} messages are asked for when the batch
 *       before them is stored.
 *   <li><b>Cancel:</b> stored batches stay, the unfinished one is dropped; importing all of it
 *       again stores nothing twice.
 *   <li><b>Half-close:</b> the last batch is stored, then the answer is sent.
 *   <li><b>Drain:</b> the platform ends the stream with UNAVAILABLE/DRAINING; for this handler that
 *       is a cancel.
 *   <li><b>Bad message:</b> counted and reported in the answer; the rest goes on.
 * </ul>
 */
final class OrderImport implements StreamObserver<ImportOrdersRequest> {
  private static final int BATCH = 50;
  private static final int MAX_REPORTED = 100;

  private final OrderDesk desk;
  private final ServerCallStreamObserver<ImportOrdersResponse> caller;
  private final ImportOrdersResponse.Builder summary = ImportOrdersResponse.newBuilder();
  private final List<Pending> batch = new ArrayList<>(BATCH);
  private int received;
  private long index;
  private boolean ended;

  /** An order and its place in the stream. */
  private record Pending(long index, NewOrder order) {}

  private OrderImport(OrderDesk desk, ServerCallStreamObserver<ImportOrdersResponse> caller) {
    this.desk = desk;
    this.caller = caller;
  }

  static OrderImport open(OrderDesk desk, ServerCallStreamObserver<ImportOrdersResponse> caller) {
    OrderImport stream = new OrderImport(desk, caller);
    caller.disableAutoRequest();
    caller.setOnCancelHandler(() -> stream.ended = true);
    caller.request(BATCH);
    return stream;
  }

  @Override
  public void onNext(ImportOrdersRequest request) {
    if (ended) {
      return;
    }
    long place = index++;
    try {
      batch.add(new Pending(place, OrderWire.newOrder(request.getOrder())));
    } catch (IllegalArgumentException invalid) {
      reject(place, request.getOrder().getIdempotencyKey(), String.valueOf(invalid.getMessage()));
    }
    received++;
    if (received == BATCH) {
      received = 0;
      store();
      caller.request(BATCH);
    }
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
  public void onError(Throwable cancelled) {
    ended = true;
  }

  @Override
  public void onCompleted() {
    if (!ended) {
      ended = true;
      store();
      caller.onNext(summary.build());
      caller.onCompleted();
    }
  }
}
