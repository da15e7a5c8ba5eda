package io.grpcplatform.samples.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.longrunning.DeleteOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Duration;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.async.DurableCalls;
import io.grpcplatform.samples.order.v1.CancelReason;
import io.grpcplatform.samples.order.v1.OrderServiceGrpc;
import io.grpcplatform.samples.order.v1.OrderStatus;
import io.grpcplatform.samples.order.v1.RefundOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderResponse;
import io.grpcplatform.samples.payment.v1.RefundPaymentResponse;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Iterator;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The order service as it is, before a payment service that plays refunds. */
@Timeout(60)
class RefundOrderTest {
  private static RefundingPayments payments;
  private static ConfigurableApplicationContext service;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() throws Exception {
    payments = new RefundingPayments();
    service =
        new SpringApplicationBuilder(OrderApplication.class)
            .run(
                "--server.port=0",
                "--platform.server.port=0",
                "--platform.client.channels.payment.target=127.0.0.1:" + payments.port(),
                "--platform.async.retry.initial-backoff=20ms",
                "--spring.datasource.url=jdbc:h2:mem:"
                    + UUID.randomUUID()
                    + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000");
    int port = service.getEnvironment().getRequiredProperty("local.grpc.port", Integer.class);
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    service.close();
    payments.close();
  }

  @Test
  void takesTheOrderToItsEndWhenTheMoneyIsBack() throws Exception {
    String id = confirmed();

    Operation accepted = refund(id);
    Operation ended = await(accepted.getName());
    WatchOrderResponse last = last(id);

    assertThat(ended.getResponse().unpack(RefundPaymentResponse.class).getAmount().getMinorUnits())
        .isEqualTo(995);
    assertThat(last.getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_CANCELLED);
    assertThat(last.getCancelReason()).isEqualTo(CancelReason.CANCEL_REASON_CUSTOMER_WISH);
    assertThat(payments.refunds(id)).isEqualTo(1);
    assertThat(payments.keys()).contains(id + ":PAY_BACK");
    assertThat(compensatedByWish()).isPositive();
  }

  @Test
  void givesTheSameOperationForTheSameOrder() throws Exception {
    String id = confirmed();

    Operation first = refund(id);
    await(first.getName());
    last(id);
    Operation again = refund(id);

    assertThat(again.getName()).isEqualTo(first.getName());
    assertThat(again.getDone()).isTrue();
    assertThat(payments.refunds(id)).isEqualTo(1);
  }

  @Test
  void triesAgainWhilePaymentIsNotThere() throws Exception {
    payments.refuseNext(Status.UNAVAILABLE, 2);
    String id = confirmed();

    await(refund(id).getName());

    assertThat(last(id).getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_CANCELLED);
    assertThat(payments.refunds(id)).isEqualTo(1);
  }

  @Test
  void keepsRefundThatIsRefusedForGoodAmongTheDeadLetters() throws Exception {
    payments.refuseNext(Status.FAILED_PRECONDITION.withDescription("not captured"), 1);
    String id = confirmed();
    DurableCalls calls = service.getBean(DurableCalls.class);

    Operation refused = await(refund(id).getName());
    OrderState meanwhile = service.getBean(Orders.class).find(id).orElseThrow().state();
    boolean revived = calls.revive(refused.getName());

    assertThat(refused.getError().getMessage()).contains("not captured");
    assertThat(meanwhile).isEqualTo(OrderState.REFUNDING);
    assertThat(revived).isTrue();
    assertThat(last(id).getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_CANCELLED);
  }

  @Test
  void makesRefundWhoseOperationWasCancelledAgain() throws Exception {
    payments.refuseNext(Status.UNAVAILABLE, Integer.MAX_VALUE);
    String id = confirmed();
    DurableCalls calls = service.getBean(DurableCalls.class);
    Operation cancelled = refund(id);
    while (!calls.cancel(cancelled.getName())) {
      // Not while it is tried; between attempts it is.
      Thread.onSpinWait();
    }
    OperationsGrpc.newBlockingStub(channel)
        .deleteOperation(DeleteOperationRequest.newBuilder().setName(cancelled.getName()).build());

    payments.refuseNext(Status.OK, 0);

    assertThat(last(id).getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_CANCELLED);
    assertThat(refund(id).getName()).isNotEqualTo(cancelled.getName());
    assertThat(payments.refunds(id)).isEqualTo(1);
  }

  @Test
  void saysThatTheOperationOfRefundWasDeleted() throws Exception {
    String id = confirmed();
    String name = refund(id).getName();
    await(name);
    OperationsGrpc.newBlockingStub(channel)
        .deleteOperation(DeleteOperationRequest.newBuilder().setName(name).build());

    assertThatThrownBy(() -> refund(id))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused -> {
              assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
              assertThat(refused.getStatus().getDescription()).contains(name, "WatchOrder");
            });
    assertThat(last(id).getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_CANCELLED);
  }

  private String confirmed() {
    OrderDesk desk = service.getBean(OrderDesk.class);
    String id = desk.place(Shop.order(UUID.randomUUID().toString())).order().id();
    Iterator<WatchOrderResponse> steps = watch(id, 0);
    WatchOrderResponse last = steps.next();
    while (steps.hasNext()) {
      last = steps.next();
    }
    assertThat(last.getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_CONFIRMED);
    return id;
  }

  private Operation refund(String id) {
    return OrderServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .refundOrder(RefundOrderRequest.newBuilder().setOrderId(id).build());
  }

  private Operation await(String name) {
    var operations =
        OperationsGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    Operation waited =
        operations.waitOperation(
            WaitOperationRequest.newBuilder()
                .setName(name)
                .setTimeout(Duration.newBuilder().setSeconds(15))
                .build());
    assertThat(waited.getDone()).isTrue();
    return operations.getOperation(GetOperationRequest.newBuilder().setName(name).build());
  }

  /** The last step after the order was confirmed. */
  private WatchOrderResponse last(String id) {
    Iterator<WatchOrderResponse> steps = watch(id, 5);
    WatchOrderResponse last = steps.next();
    while (steps.hasNext()) {
      last = steps.next();
    }
    return last;
  }

  private Iterator<WatchOrderResponse> watch(String id, long after) {
    return OrderServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .watchOrder(WatchOrderRequest.newBuilder().setOrderId(id).setAfterVersion(after).build());
  }

  private double compensatedByWish() {
    return service
        .getBean(MeterRegistry.class)
        .get("orders.saga.compensated")
        .tag("reason", "CUSTOMER_WISH")
        .counter()
        .count();
  }
}
