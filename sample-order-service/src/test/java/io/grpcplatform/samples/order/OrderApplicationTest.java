package io.grpcplatform.samples.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.grpcplatform.InspectedSection;
import io.grpcplatform.samples.order.v1.ImportOrdersRequest;
import io.grpcplatform.samples.order.v1.ImportOrdersResponse;
import io.grpcplatform.samples.order.v1.NewOrder;
import io.grpcplatform.samples.order.v1.OrderLine;
import io.grpcplatform.samples.order.v1.OrderServiceGrpc;
import io.grpcplatform.samples.order.v1.OrderStatus;
import io.grpcplatform.samples.order.v1.PlaceOrderRequest;
import io.grpcplatform.samples.order.v1.WatchOrderRequest;
import io.grpcplatform.testing.LocalGrpcPort;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

  @Test
  void refusesAnOrderThatBreaksTheRulesOfItsContract() throws Exception {
    var stub = OrderServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    var order =
        NewOrder.newBuilder()
            .setIdempotencyKey("k-2")
            .setCardToken(Shop.GOOD_CARD)
            .addLines(OrderLine.newBuilder().setSku("mug-blue").setQuantity(1001));

    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub.placeOrder(PlaceOrderRequest.newBuilder().setOrder(order).build()));

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    BadRequest told = StatusProto.fromThrowable(failed).getDetails(0).unpack(BadRequest.class);
    assertThat(told.getFieldViolationsList())
        .extracting(FieldViolation::getField, FieldViolation::getReason)
        .containsExactlyInAnyOrder(
            tuple("order.customer_id", "string.min_len"),
            tuple("order.lines[0].quantity", "int32.gte_lte"));
  }

  @Test
  void reportsAnOrderThatBreaksRulesWithoutEndingTheImport() throws Exception {
    var answer = new CompletableFuture<ImportOrdersResponse>();
    var orders = OrderServiceGrpc.newStub(channel).importOrders(completing(answer));
    orders.onNext(ImportOrdersRequest.getDefaultInstance());
    orders.onCompleted();

    assertThat(answer.get(20, TimeUnit.SECONDS).getRejected()).isEqualTo(1);
  }

  private static <T> StreamObserver<T> completing(CompletableFuture<T> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {
        answer.complete(value);
      }

      @Override
      public void onError(Throwable failed) {
        answer.completeExceptionally(failed);
      }

      @Override
      public void onCompleted() {}
    };
  }

  @Test
  void itsSettingsRaiseNoFindings(@Autowired List<InspectedSection> sections) {
    assertThat(sections)
        .filteredOn(section -> section.name().equals("startup"))
        .singleElement()
        .satisfies(startup -> assertThat(startup.content()).hasToString("{findings=[]}"));
  }
}
