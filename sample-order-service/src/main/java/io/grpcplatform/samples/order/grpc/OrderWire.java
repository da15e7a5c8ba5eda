package io.grpcplatform.samples.order.grpc;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpcplatform.error.PlatformException;
import io.grpcplatform.samples.money.v1.Money;
import io.grpcplatform.samples.order.NewOrder;
import io.grpcplatform.samples.order.Order;
import io.grpcplatform.samples.order.OrderLine;
import io.grpcplatform.samples.order.OrderRefusedException;
import io.grpcplatform.samples.order.OrderState;
import io.grpcplatform.samples.order.OrderStep;
import io.grpcplatform.samples.order.v1.CancelReason;
import io.grpcplatform.samples.order.v1.OrderError;
import io.grpcplatform.samples.order.v1.OrderStatus;
import io.grpcplatform.samples.order.v1.WatchOrderResponse;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The domain's words and the contract's, one to one. */
final class OrderWire {
  private OrderWire() {}

  /** Throws {@link IllegalArgumentException} saying what was seen and what was expected. */
  static NewOrder newOrder(io.grpcplatform.samples.order.v1.NewOrder order) {
    List<OrderLine> lines =
        order.getLinesList().stream()
            .map(line -> new OrderLine(line.getSku(), line.getQuantity()))
            .toList();
    return new NewOrder(
        order.getIdempotencyKey(), order.getCustomerId(), lines, order.getCardToken());
  }

  static io.grpcplatform.samples.order.v1.Order order(Order order) {
    var message =
        io.grpcplatform.samples.order.v1.Order.newBuilder()
            .setOrderId(order.id())
            .setIdempotencyKey(order.request().idempotencyKey())
            .setCustomerId(order.request().customerId())
            .setTotal(
                Money.newBuilder()
                    .setMinorUnits(order.total().minorUnits())
                    .setCurrency(order.total().currency()))
            .setStatus(status(order.state()))
            .setCancelReason(reason(order.cancelReason()))
            .setVersion(order.version())
            .setPlacedAt(timestamp(order.placedAt()));
    for (OrderLine line : order.request().lines()) {
      message.addLines(
          io.grpcplatform.samples.order.v1.OrderLine.newBuilder()
              .setSku(line.sku())
              .setQuantity(line.quantity()));
    }
    return message.build();
  }

  static WatchOrderResponse step(OrderStep step) {
    return WatchOrderResponse.newBuilder()
        .setOrderId(step.orderId())
        .setVersion(step.version())
        .setStatus(status(step.state()))
        .setCancelReason(reason(step.cancelReason()))
        .setAt(timestamp(step.at()))
        .build();
  }

  static StatusRuntimeException invalid(IllegalArgumentException invalid) {
    return Status.INVALID_ARGUMENT
        .withDescription(String.valueOf(invalid.getMessage()))
        .asRuntimeException();
  }

  static PlatformException refused(OrderRefusedException refused) {
    OrderError error =
        switch (refused.reason()) {
          case NO_PRODUCT -> OrderError.ORDER_ERROR_NO_PRODUCT;
          case KEY_REUSED -> OrderError.ORDER_ERROR_KEY_REUSED;
          case NOTHING_TO_PAY -> OrderError.ORDER_ERROR_NOTHING_TO_PAY;
          case MIXED_CURRENCIES -> OrderError.ORDER_ERROR_MIXED_CURRENCIES;
          case NOT_CONFIRMED -> OrderError.ORDER_ERROR_NOT_CONFIRMED;
        };
    return PlatformException.of(error).with("reason", String.valueOf(refused.getMessage()));
  }

  static PlatformException noOrder(String orderId) {
    return PlatformException.of(OrderError.ORDER_ERROR_NO_ORDER).with("order_id", orderId);
  }

  /** The refund itself goes on: its steps are the order's. */
  static StatusRuntimeException deleted(String operation) {
    return Status.NOT_FOUND
        .withDescription(operation + " was deleted (expected: WatchOrder, for how the refund ends)")
        .asRuntimeException();
  }

  private static OrderStatus status(OrderState state) {
    return switch (state) {
      case RESERVING -> OrderStatus.ORDER_STATUS_RESERVING;
      case AUTHORIZING -> OrderStatus.ORDER_STATUS_AUTHORIZING;
      case CAPTURING -> OrderStatus.ORDER_STATUS_CAPTURING;
      case CONFIRMING -> OrderStatus.ORDER_STATUS_CONFIRMING;
      case CONFIRMED -> OrderStatus.ORDER_STATUS_CONFIRMED;
      case VOIDING -> OrderStatus.ORDER_STATUS_VOIDING;
      case REFUNDING -> OrderStatus.ORDER_STATUS_REFUNDING;
      case RELEASING -> OrderStatus.ORDER_STATUS_RELEASING;
      case CANCELLED -> OrderStatus.ORDER_STATUS_CANCELLED;
    };
  }

  private static CancelReason reason(io.grpcplatform.samples.order.@Nullable CancelReason reason) {
    if (reason == null) {
      return CancelReason.CANCEL_REASON_UNSPECIFIED;
    }
    return switch (reason) {
      case OUT_OF_STOCK -> CancelReason.CANCEL_REASON_OUT_OF_STOCK;
      case CARD_DECLINED -> CancelReason.CANCEL_REASON_CARD_DECLINED;
      case CAPTURE_DECLINED -> CancelReason.CANCEL_REASON_CAPTURE_DECLINED;
      case PRODUCT_RECALLED -> CancelReason.CANCEL_REASON_PRODUCT_RECALLED;
      case CUSTOMER_WISH -> CancelReason.CANCEL_REASON_CUSTOMER_WISH;
    };
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
