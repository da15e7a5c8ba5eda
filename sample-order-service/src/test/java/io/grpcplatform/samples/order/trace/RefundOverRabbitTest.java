package io.grpcplatform.samples.order.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Duration;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.samples.order.OrderApplication;
import io.grpcplatform.samples.order.v1.NewOrder;
import io.grpcplatform.samples.order.v1.OrderLine;
import io.grpcplatform.samples.order.v1.OrderServiceGrpc;
import io.grpcplatform.samples.order.v1.OrderStatus;
import io.grpcplatform.samples.order.v1.PlaceOrderRequest;
import io.grpcplatform.samples.order.v1.RefundOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderResponse;
import io.grpcplatform.samples.payment.v1.GetPaymentRequest;
import io.grpcplatform.samples.payment.v1.PaymentServiceGrpc;
import io.grpcplatform.samples.payment.v1.PaymentStatus;
import io.grpcplatform.samples.payment.v1.RefundPaymentResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Both services in the profile rabbitmq, and a real broker between them. */
@Timeout(300)
class RefundOverRabbitTest {
  @TempDir private Path directory;

  @Test
  void refundTravelsWithTheBrokerAndItsResultBack() throws Exception {
    Path data = Files.createDirectories(directory.resolve("data"));
    Path broker = Files.createDirectories(directory.resolve("broker"));
    try (RabbitBroker rabbit = RabbitBroker.start(broker);
        PaymentProcess payment =
            PaymentProcess.start(
                data,
                Map.of(
                    "SPRING_PROFILES_ACTIVE", "rabbitmq", "RABBITMQ_PORT", "" + rabbit.port()))) {
      rabbit.awaitReady();
      payment.awaitReady();
      try (ConfigurableApplicationContext order = startOrder(data, payment, rabbit)) {
        refundOne(
            Integer.parseInt(order.getEnvironment().getRequiredProperty("local.grpc.port")),
            payment.port());
      }
    }
  }

  private static ConfigurableApplicationContext startOrder(
      Path data, PaymentProcess payment, RabbitBroker rabbit) {
    return new SpringApplicationBuilder(OrderApplication.class)
        .profiles("rabbitmq")
        .properties(
            "ORDER_GRPC_PORT=0",
            "ORDER_HTTP_PORT=0",
            "PAYMENT_TARGET=127.0.0.1:" + payment.port(),
            "RABBITMQ_PORT=" + rabbit.port(),
            "ORDER_DATA_DIR=" + data)
        .run();
  }

  private static void refundOne(int orderPort, int paymentPort) throws Exception {
    ManagedChannel orders = channel(orderPort);
    ManagedChannel payments = channel(paymentPort);
    try {
      String id = place(orders);
      assertThat(last(orders, id, 0).getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_CONFIRMED);

      Operation ended = refund(orders, id);

      assertThat(ended.getResponse().is(RefundPaymentResponse.class)).as("%s", ended).isTrue();
      assertThat(last(orders, id, 5).getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_CANCELLED);
      assertThat(
              PaymentServiceGrpc.newBlockingStub(payments)
                  .getPayment(GetPaymentRequest.newBuilder().setPaymentId(id).build())
                  .getPayment()
                  .getStatus())
          .isEqualTo(PaymentStatus.PAYMENT_STATUS_REFUNDED);
    } finally {
      orders.shutdownNow();
      payments.shutdownNow();
    }
  }

  private static ManagedChannel channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  private static String place(ManagedChannel orders) {
    NewOrder order =
        NewOrder.newBuilder()
            .setIdempotencyKey("k-1")
            .setCustomerId("customer-7")
            .setCardToken("tok_4242")
            .addLines(OrderLine.newBuilder().setSku("mug-blue").setQuantity(1))
            .build();
    return OrderServiceGrpc.newBlockingStub(orders)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .placeOrder(PlaceOrderRequest.newBuilder().setOrder(order).build())
        .getOrder()
        .getOrderId();
  }

  private static Operation refund(ManagedChannel orders, String id) {
    Operation accepted =
        OrderServiceGrpc.newBlockingStub(orders)
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .refundOrder(RefundOrderRequest.newBuilder().setOrderId(id).build());
    return OperationsGrpc.newBlockingStub(orders)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .waitOperation(
            WaitOperationRequest.newBuilder()
                .setName(accepted.getName())
                .setTimeout(Duration.newBuilder().setSeconds(50))
                .build());
  }

  private static WatchOrderResponse last(ManagedChannel orders, String id, long after) {
    var steps =
        OrderServiceGrpc.newBlockingStub(orders)
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .watchOrder(
                WatchOrderRequest.newBuilder().setOrderId(id).setAfterVersion(after).build());
    WatchOrderResponse last = steps.next();
    while (steps.hasNext()) {
      last = steps.next();
    }
    return last;
  }
}
