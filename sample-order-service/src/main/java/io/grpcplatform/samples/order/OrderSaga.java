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
import static io.grpcplatform.samples.order.SagaCommand.AUTHORIZE;
import static io.grpcplatform.samples.order.SagaCommand.CAPTURE;
import static io.grpcplatform.samples.order.SagaCommand.CONFIRM;
import static io.grpcplatform.samples.order.SagaCommand.PAY_BACK;
import static io.grpcplatform.samples.order.SagaCommand.REFUND;
import static io.grpcplatform.samples.order.SagaCommand.RELEASE;
import static io.grpcplatform.samples.order.SagaCommand.RESERVE;
import static io.grpcplatform.samples.order.SagaCommand.TAKE_BACK;
import static io.grpcplatform.samples.order.SagaCommand.VOID;
import static io.grpcplatform.samples.order.SagaEvent.AUTHORIZED;
import static io.grpcplatform.samples.order.SagaEvent.CAPTURED;
import static io.grpcplatform.samples.order.SagaEvent.CAPTURE_DECLINED;
import static io.grpcplatform.samples.order.SagaEvent.CARD_DECLINED;
import static io.grpcplatform.samples.order.SagaEvent.OUT_OF_STOCK;
import static io.grpcplatform.samples.order.SagaEvent.PAID_BACK;
import static io.grpcplatform.samples.order.SagaEvent.PRODUCT_RECALLED;
import static io.grpcplatform.samples.order.SagaEvent.REFUNDED;
import static io.grpcplatform.samples.order.SagaEvent.REFUND_WANTED;
import static io.grpcplatform.samples.order.SagaEvent.RELEASED;
import static io.grpcplatform.samples.order.SagaEvent.RESERVED;
import static io.grpcplatform.samples.order.SagaEvent.VOIDED;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The way of an order: reserve, authorize, capture, confirm; what fails is undone, and so is what
 * the customer does not want any more. A pure decision, (state, event) → (state, commands).
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
 * <tr><td>CONFIRMED</td><td>REFUND_WANTED</td><td>REFUNDING</td><td>PAY_BACK</td><td>CUSTOMER_WISH</td></tr>
 * <tr><td>REFUNDING</td><td>PAID_BACK</td><td>RELEASING</td><td>TAKE_BACK</td><td></td></tr>
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

  private record Moment(OrderState state, SagaEvent event) {}

  private static final Map<Moment, Decision> TABLE =
      Map.ofEntries(
          on(RESERVING, RESERVED, to(AUTHORIZING, AUTHORIZE)),
          on(RESERVING, OUT_OF_STOCK, end(CANCELLED, CancelReason.OUT_OF_STOCK)),
          on(AUTHORIZING, AUTHORIZED, to(CAPTURING, CAPTURE)),
          on(AUTHORIZING, CARD_DECLINED, undo(RELEASING, RELEASE, CancelReason.CARD_DECLINED)),
          on(CAPTURING, CAPTURED, to(CONFIRMING, CONFIRM)),
          on(CAPTURING, CAPTURE_DECLINED, undo(VOIDING, VOID, CancelReason.CAPTURE_DECLINED)),
          on(CONFIRMING, SagaEvent.CONFIRMED, end(CONFIRMED, null)),
          on(CONFIRMING, PRODUCT_RECALLED, undo(REFUNDING, REFUND, CancelReason.PRODUCT_RECALLED)),
          on(VOIDING, VOIDED, to(RELEASING, RELEASE)),
          on(REFUNDING, REFUNDED, to(RELEASING, RELEASE)),
          on(RELEASING, RELEASED, end(CANCELLED, null)),
          on(CONFIRMED, REFUND_WANTED, undo(REFUNDING, PAY_BACK, CancelReason.CUSTOMER_WISH)),
          on(REFUNDING, PAID_BACK, to(RELEASING, TAKE_BACK)));

  public static Decision begin() {
    return to(RESERVING, RESERVE);
  }

  public static Decision decide(OrderState state, SagaEvent event) {
    Decision decision = TABLE.get(new Moment(state, event));
    if (decision == null) {
      throw new IllegalTransitionException(state, event);
    }
    return decision;
  }

  private static Map.Entry<Moment, Decision> on(
      OrderState state, SagaEvent event, Decision decision) {
    return Map.entry(new Moment(state, event), decision);
  }

  private static Decision to(OrderState state, SagaCommand command) {
    return new Decision(state, List.of(command), null);
  }

  private static Decision undo(OrderState state, SagaCommand command, CancelReason reason) {
    return new Decision(state, List.of(command), reason);
  }

  private static Decision end(OrderState state, @Nullable CancelReason reason) {
    return new Decision(state, List.of(), reason);
  }
}
