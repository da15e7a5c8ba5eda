package io.grpcplatform.samples.order.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.longrunning.Operation;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.error.PlatformException;
import io.grpcplatform.samples.order.SagaCommand;
import io.grpcplatform.samples.order.SagaEvent;
import io.grpcplatform.samples.order.Shop;
import io.grpcplatform.samples.order.v1.GetOrderRequest;
import io.grpcplatform.samples.order.v1.ImportOrdersRequest;
import io.grpcplatform.samples.order.v1.ImportOrdersResponse;
import io.grpcplatform.samples.order.v1.NewOrder;
import io.grpcplatform.samples.order.v1.Order;
import io.grpcplatform.samples.order.v1.OrderError;
import io.grpcplatform.samples.order.v1.OrderLine;
import io.grpcplatform.samples.order.v1.OrderServiceGrpc;
import io.grpcplatform.samples.order.v1.OrderServiceGrpc.OrderServiceBlockingStub;
import io.grpcplatform.samples.order.v1.OrderStatus;
import io.grpcplatform.samples.order.v1.PlaceOrderRequest;
import io.grpcplatform.samples.order.v1.RefundOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderResponse;
import io.grpcplatform.testing.DeclaredErrorCodes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderGrpcServiceTest {
  private final Shop shop = new Shop();
  private final WatchThreads threads = new WatchThreads();
  private Server server;
  private ManagedChannel channel;
  private OrderServiceBlockingStub stub;

  @BeforeEach
  void serve() throws Exception {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var service = new OrderGrpcService(shop.desk, shop.signals, new NoCalls(), threads);
    server = NettyServerBuilder.forAddress(address).addService(service).build().start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    stub = OrderServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
    threads.destroy();
    shop.close();
  }

  @Test
  void givesTheSameOrderForTheSameKey() {
    Order first = place("k-1");

    Order again = place("k-1");

    assertThat(again).isEqualTo(first);
    assertThat(first.getTotal().getMinorUnits()).isEqualTo(995);
    assertThat(first.getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_AUTHORIZING);
    assertThat(
            stub.getOrder(GetOrderRequest.newBuilder().setOrderId(first.getOrderId()).build())
                .getOrder())
        .isEqualTo(first);
  }

  @Test
  void refusesWithTheStatusOfTheContract() {
    place("k-1");

    assertThat(statusOf(() -> place(order("k-2", "no-such-thing", 1))))
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThat(statusOf(() -> place(order("k-3", "mug-blue", 0))))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(statusOf(() -> place(order("", "mug-blue", 1))))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(statusOf(() -> place(order("k-1", "mug-blue", 2))))
        .isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(statusOf(() -> stub.getOrder(GetOrderRequest.newBuilder().setOrderId("no").build())))
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void refundsNoOrderThatIsNotConfirmed() {
    String placed = place("k-1").getOrderId();

    assertThat(statusOf(() -> refund(placed))).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(statusOf(() -> refund("nobody's"))).isEqualTo(Status.Code.NOT_FOUND);
  }

  private void refund(String orderId) {
    Operation unused =
        stub.refundOrder(RefundOrderRequest.newBuilder().setOrderId(orderId).build());
  }

  @Test
  void watchesPastAndComingStepsToTheEnd() {
    String id = place("k-1").getOrderId();

    Iterator<WatchOrderResponse> steps = watch(id, 0);
    List<OrderStatus> seen = new ArrayList<>();
    seen.add(steps.next().getStatus());
    seen.add(steps.next().getStatus());
    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.AUTHORIZED);
    seen.add(steps.next().getStatus());
    shop.desk.answered(id, SagaCommand.CAPTURE, SagaEvent.CAPTURED);
    steps.forEachRemaining(step -> seen.add(step.getStatus()));

    assertThat(seen)
        .containsExactly(
            OrderStatus.ORDER_STATUS_RESERVING,
            OrderStatus.ORDER_STATUS_AUTHORIZING,
            OrderStatus.ORDER_STATUS_CAPTURING,
            OrderStatus.ORDER_STATUS_CONFIRMING,
            OrderStatus.ORDER_STATUS_CONFIRMED);
  }

  @Test
  void goesOnWatchingAfterTheVersionSeen() {
    String id = place("k-1").getOrderId();
    shop.desk.answered(id, SagaCommand.AUTHORIZE, SagaEvent.CARD_DECLINED);

    Iterator<WatchOrderResponse> steps = watch(id, 2);

    assertThat(steps.next().getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_RELEASING);
    assertThat(steps.next().getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_CANCELLED);
    assertThat(steps.hasNext()).isFalse();
  }

  @Test
  void refusesToWatchWhatItDoesNotKnow() {
    assertThat(statusOf(() -> watch("no", 0).next())).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(statusOf(() -> watch(place("k-1").getOrderId(), -1).next()))
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void importsInBatchesAndReportsWhatItCannotAccept() throws Exception {
    place("known");
    var answer = new CompletableFuture<ImportOrdersResponse>();
    StreamObserver<ImportOrdersRequest> orders =
        OrderServiceGrpc.newStub(channel).importOrders(completing(answer));

    send(orders, order("known", "mug-blue", 1));
    for (int i = 0; i < 120; i++) {
      send(orders, order("k-" + i, "tea-assam", 1));
    }
    send(orders, order("bad-product", "no-such-thing", 1));
    send(orders, order("bad-quantity", "mug-blue", -1));
    orders.onCompleted();

    ImportOrdersResponse summary = answer.get(20, TimeUnit.SECONDS);
    assertThat(summary.getAccepted()).isEqualTo(120);
    assertThat(summary.getRepeated()).isEqualTo(1);
    assertThat(summary.getRejected()).isEqualTo(2);
    assertThat(summary.getRejectionsList())
        .anySatisfy(it -> assertThat(it.getIndex()).isEqualTo(121))
        .anySatisfy(it -> assertThat(it.getReason()).contains("quantity: -1"));
    assertThat(shop.orders.unfinished()).isEqualTo(121);
  }

  @Test
  void keepsStoredBatchesOfCancelledImport() throws Exception {
    var first = new CompletableFuture<ImportOrdersResponse>();
    StreamObserver<ImportOrdersRequest> cut =
        OrderServiceGrpc.newStub(channel).importOrders(completing(first));
    var stored = new java.util.concurrent.CountDownLatch(50);
    shop.signals.onCommand(stored::countDown);
    for (int i = 0; i < 60; i++) {
      send(cut, order("k-" + i, "tea-assam", 1));
    }
    assertThat(stored.await(20, TimeUnit.SECONDS)).isTrue();
    cut.onError(Status.CANCELLED.asRuntimeException());

    var second = new CompletableFuture<ImportOrdersResponse>();
    StreamObserver<ImportOrdersRequest> again =
        OrderServiceGrpc.newStub(channel).importOrders(completing(second));
    for (int i = 0; i < 60; i++) {
      send(again, order("k-" + i, "tea-assam", 1));
    }
    again.onCompleted();

    ImportOrdersResponse summary = second.get(20, TimeUnit.SECONDS);
    assertThat(summary.getRepeated()).isEqualTo(50);
    assertThat(summary.getAccepted()).isEqualTo(10);
    assertThat(shop.orders.unfinished()).isEqualTo(60);
  }

  private Order place(String key) {
    return place(order(key, "mug-blue", 1));
  }

  private Order place(NewOrder order) {
    return stub.placeOrder(PlaceOrderRequest.newBuilder().setOrder(order).build()).getOrder();
  }

  private Iterator<WatchOrderResponse> watch(String id, long after) {
    return stub.withDeadlineAfter(20, TimeUnit.SECONDS)
        .watchOrder(WatchOrderRequest.newBuilder().setOrderId(id).setAfterVersion(after).build());
  }

  private static NewOrder order(String key, String sku, int quantity) {
    return NewOrder.newBuilder()
        .setIdempotencyKey(key)
        .setCustomerId("customer-7")
        .setCardToken(Shop.GOOD_CARD)
        .addLines(OrderLine.newBuilder().setSku(sku).setQuantity(quantity))
        .build();
  }

  private static void send(StreamObserver<ImportOrdersRequest> orders, NewOrder order) {
    orders.onNext(ImportOrdersRequest.newBuilder().setOrder(order).build());
  }

  private static Status.Code statusOf(ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call).getStatus().getCode();
  }

  private static <T> StreamObserver<T> completing(CompletableFuture<T> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {
        answer.complete(value);
      }

      @Override
      public void onError(Throwable t) {
        answer.completeExceptionally(t);
      }

      @Override
      public void onCompleted() {
        answer.completeExceptionally(new IllegalStateException("ended without an answer"));
      }
    };
  }

  @Test
  void eachDeclaredErrorHasACodeOfItsOwn() {
    assertThat(DeclaredErrorCodes.assertDistinct(Order.getDescriptor().getFile())).isEqualTo(6);
  }

  @Test
  void clientTellsErrorsApartByTheContract() {
    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub.getOrder(GetOrderRequest.newBuilder().setOrderId("no").build()));

    PlatformException error = PlatformException.from(failed);
    assertThat(error.is(OrderError.ORDER_ERROR_NO_ORDER)).isTrue();
    assertThat(error.values()).containsEntry("order_id", "no");
    assertThat(error.text()).isEqualTo("Nothing is known of the order 'no'");
  }
}
