package io.grpcplatform.samples.order.grpc;

import com.google.longrunning.Operation;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.async.DurableCalls;
import io.grpcplatform.samples.order.NewOrder;
import io.grpcplatform.samples.order.Order;
import io.grpcplatform.samples.order.OrderDesk;
import io.grpcplatform.samples.order.OrderRefusedException;
import io.grpcplatform.samples.order.OrderSignals;
import io.grpcplatform.samples.order.v1.GetOrderRequest;
import io.grpcplatform.samples.order.v1.GetOrderResponse;
import io.grpcplatform.samples.order.v1.ImportOrdersRequest;
import io.grpcplatform.samples.order.v1.ImportOrdersResponse;
import io.grpcplatform.samples.order.v1.OrderServiceGrpc;
import io.grpcplatform.samples.order.v1.PlaceOrderRequest;
import io.grpcplatform.samples.order.v1.PlaceOrderResponse;
import io.grpcplatform.samples.order.v1.RefundOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderResponse;
import io.grpcplatform.server.GrpcService;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * {@code samples.order.v1.OrderService}. Called on the server's executor; blocks on the database.
 */
@GrpcService
final class OrderGrpcService extends OrderServiceGrpc.OrderServiceImplBase {
  private final OrderDesk desk;
  private final OrderSignals signals;
  private final DurableCalls calls;
  private final Executor watching;

  OrderGrpcService(
      OrderDesk desk, OrderSignals signals, DurableCalls calls, WatchThreads watching) {
    this.desk = desk;
    this.calls = calls;
    this.signals = signals;
    this.watching = watching;
  }

  @Override
  public void placeOrder(PlaceOrderRequest request, StreamObserver<PlaceOrderResponse> caller) {
    NewOrder order;
    try {
      order = OrderWire.newOrder(request.getOrder());
    } catch (IllegalArgumentException invalid) {
      caller.onError(OrderWire.invalid(invalid));
      return;
    }
    try {
      Order placed = desk.place(order).order();
      caller.onNext(PlaceOrderResponse.newBuilder().setOrder(OrderWire.order(placed)).build());
      caller.onCompleted();
    } catch (OrderRefusedException refused) {
      caller.onError(OrderWire.refused(refused));
    }
  }

  @Override
  public void getOrder(GetOrderRequest request, StreamObserver<GetOrderResponse> caller) {
    Optional<Order> order = desk.find(request.getOrderId());
    if (order.isEmpty()) {
      caller.onError(OrderWire.noOrder(request.getOrderId()));
      return;
    }
    caller.onNext(GetOrderResponse.newBuilder().setOrder(OrderWire.order(order.get())).build());
    caller.onCompleted();
  }

  /** The operation is asked for where it was made: at the Operations of this service. */
  @Override
  public void refundOrder(RefundOrderRequest request, StreamObserver<Operation> caller) {
    if (desk.find(request.getOrderId()).isEmpty()) {
      caller.onError(OrderWire.noOrder(request.getOrderId()));
      return;
    }
    try {
      String name = desk.refund(request.getOrderId()).operation();
      calls
          .find(name)
          .ifPresentOrElse(
              operation -> {
                caller.onNext(operation);
                caller.onCompleted();
              },
              () -> caller.onError(OrderWire.deleted(name)));
    } catch (OrderRefusedException refused) {
      caller.onError(OrderWire.refused(refused));
    }
  }

  @Override
  public void watchOrder(WatchOrderRequest request, StreamObserver<WatchOrderResponse> reader) {
    if (request.getAfterVersion() < 0) {
      reader.onError(
          Status.INVALID_ARGUMENT
              .withDescription("after_version: " + request.getAfterVersion() + " (expected: >= 0)")
              .asRuntimeException());
    } else if (desk.find(request.getOrderId()).isEmpty()) {
      reader.onError(OrderWire.noOrder(request.getOrderId()));
    } else {
      OrderWatch.open(desk, signals, watching, request, reader);
    }
  }

  @Override
  public StreamObserver<ImportOrdersRequest> importOrders(
      StreamObserver<ImportOrdersResponse> caller) {
    return OrderImport.open(desk, caller);
  }
}
