package io.grpcplatform.samples.order;

import static io.grpcplatform.samples.order.OrderState.AUTHORIZING;
import static io.grpcplatform.samples.order.OrderState.CANCELLED;
import static io.grpcplatform.samples.order.OrderState.CAPTURING;
import static io.grpcplatform.samples.order.OrderState.CONFIRMED;
import static io.grpcplatform.samples.order.OrderState.CONFIRMING;
import static io.grpcplatform.samples.order.OrderState.REFUNDING;
import static io.grpcplatform.samples.order.OrderState.RELEASING;
import static io.grpcplatform.samples.order.OrderState.RESERVING;
import static io.grpcplatform.samples.order.OrderState.VOIDING;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of an order: reserve, authorize, capture, confirm; what fails is undone. A pure decision,
 * (state, event) → (state, commands).
 *
 * <table>
 * <caption>The whole way; anything else throws {@link IllegalTransitionException}</caption>
 * <tr><th>state</th><th>event</th><th>next state</th><th>commands</th><th>cancelled because</th></tr>
 * <tr><td>(new)</td><td>–</td><td>RESERVING</td><td>RESERVE</td><td></td></tr>
 * <tr><td>RESERVING</td><td>RESERVED</td><td>AUTHORIZING</td><td>AUTHORIZE</td><td></td></tr>
 * <tr><td>RESERVING</td><td>OUT_OF_STOCK</td><td>CANCELLED</td><td></td><td>OUT_OF_STOCK</td></tr>
 * <tr><td>AUTHORIZING</td><td>AUTHORIZED</td><td>CAPTURING</td><td>CAPTURE</td><td></td></tr>
 * <tr><td>AUTHORIZING</td><td>CARD_DECLINED</td><td>RELEASING</td><td>RELEASE</td><td>CARD_DECLINED</td></tr>
 * <tr><td>CAPTURING</td><td>CAPTURED</td><td>CONFIRMING</td><td>CONFIRM</td><td></td></tr>
 * <tr><td>CAPTURING</td><td>CAPTURE_DECLINED</td><td>VOIDING</td><td>VOID</td><td>CAPTURE_DECLINED</td></tr>
 * <tr><td>CONFIRMING</td><td>CONFIRMED</td><td>CONFIRMED</td><td></td><td></td></tr>
 * <tr><td>CONFIRMING</td><td>PRODUCT_RECALLED</td><td>REFUNDING</td><td>REFUND</td><td>PRODUCT_RECALLED</td></tr>
 * <tr><td>VOIDING</td><td>VOIDED</td><td>RELEASING</td><td>RELEASE</td><td></td></tr>
 * <tr><td>REFUNDING</td><td>REFUNDED</td><td>RELEASING</td><td>RELEASE</td><td></td></tr>
 * <tr><td>RELEASING</td><td>RELEASED</td><td>CANCELLED</td><td></td><td></td></tr>
 * </table>
 */
public final class OrderSaga {
  private OrderSaga() {}

  /** Where an order goes, what is to be done for it, and, where its cancelling begins, why. */
  public record Decision(
      OrderState state, List<SagaCommand> commands, @Nullable CancelReason reason) {}

  /** An event that cannot happen to an order in this state: somebody broke a promise. */
  public static final class IllegalTransitionException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    IllegalTransitionException(OrderState state, SagaEvent event) {
      super(event + " in " + state + " (expected: an event that OrderSaga's table knows there)");
    }
  }

  public static Decision begin() {
    return to(RESERVING, SagaCommand.RESERVE);
  }

  public static Decision decide(OrderState state, SagaEvent event) {
    return switch (state) {
      case RESERVING ->
          switch (event) {
            case RESERVED -> to(AUTHORIZING, SagaCommand.AUTHORIZE);
            case OUT_OF_STOCK -> new Decision(CANCELLED, List.of(), CancelReason.OUT_OF_STOCK);
            default -> throw new IllegalTransitionException(state, event);
          };
      case AUTHORIZING ->
          switch (event) {
            case AUTHORIZED -> to(CAPTURING, SagaCommand.CAPTURE);
            case CARD_DECLINED -> undo(RELEASING, SagaCommand.RELEASE, CancelReason.CARD_DECLINED);
            default -> throw new IllegalTransitionException(state, event);
          };
      case CAPTURING ->
          switch (event) {
            case CAPTURED -> to(CONFIRMING, SagaCommand.CONFIRM);
            case CAPTURE_DECLINED -> undo(VOIDING, SagaCommand.VOID, CancelReason.CAPTURE_DECLINED);
            default -> throw new IllegalTransitionException(state, event);
          };
      case CONFIRMING ->
          switch (event) {
            case CONFIRMED -> new Decision(CONFIRMED, List.of(), null);
            case PRODUCT_RECALLED ->
                undo(REFUNDING, SagaCommand.REFUND, CancelReason.PRODUCT_RECALLED);
            default -> throw new IllegalTransitionException(state, event);
          };
      case VOIDING -> only(SagaEvent.VOIDED, event, state, to(RELEASING, SagaCommand.RELEASE));
      case REFUNDING -> only(SagaEvent.REFUNDED, event, state, to(RELEASING, SagaCommand.RELEASE));
      case RELEASING ->
          only(SagaEvent.RELEASED, event, state, new Decision(CANCELLED, List.of(), null));
      case CONFIRMED, CANCELLED -> throw new IllegalTransitionException(state, event);
    };
  }

  private static Decision only(
      SagaEvent expected, SagaEvent event, OrderState state, Decision decision) {
    if (event != expected) {
      throw new IllegalTransitionException(state, event);
    }
    return decision;
  }

  private static Decision to(OrderState state, SagaCommand command) {
    return new Decision(state, List.of(command), null);
  }

  private static Decision undo(OrderState state, SagaCommand command, CancelReason reason) {
    return new Decision(state, List.of(command), reason);
  }
}
