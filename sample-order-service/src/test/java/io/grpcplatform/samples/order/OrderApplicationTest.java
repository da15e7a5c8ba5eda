package io.grpcplatform.samples.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpcplatform.samples.order.v1.NewOrder;
import io.grpcplatform.samples.order.v1.OrderLine;
import io.grpcplatform.samples.order.v1.OrderServiceGrpc;
import io.grpcplatform.samples.order.v1.OrderStatus;
import io.grpcplatform.samples.order.v1.PlaceOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.testing.LocalGrpcPort;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** The service as it starts, over loopback, with nobody behind its payment channel. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "platform.server.port=0",
      "platform.client.channels.payment.target=127.0.0.1:1",
      "spring.datasource.url=jdbc:h2:mem:order-context;DB_CLOSE_DELAY=-1"
    })
class OrderApplicationTest {
  @LocalGrpcPort private int port;
  @Autowired private Outbox outbox;
  @Autowired private MeterRegistry meters;
  private ManagedChannel channel;

  @BeforeEach
  void connect() {
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
  }

  @Test
  void acceptsOrdersWhileNobodyTakesPayments() {
    var stub = OrderServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    var order =
        NewOrder.newBuilder()
            .setIdempotencyKey("k-1")
            .setCustomerId("customer-7")
            .setCardToken(Shop.GOOD_CARD)
            .addLines(OrderLine.newBuilder().setSku("mug-blue").setQuantity(2));

    String id =
        stub.placeOrder(PlaceOrderRequest.newBuilder().setOrder(order).build())
            .getOrder()
            .getOrderId();
    var steps = stub.watchOrder(WatchOrderRequest.newBuilder().setOrderId(id).build());

    assertThat(steps.next().getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_RESERVING);
    assertThat(steps.next().getStatus()).isEqualTo(OrderStatus.ORDER_STATUS_AUTHORIZING);
    assertThat(outbox.waiting()).isEqualTo(1);
    assertThat(meters.get("orders.outbox.waiting").gauge().value()).isEqualTo(1);
    assertThat(meters.get("orders.payment.stream.live").gauge().value()).isZero();
  }
}
