package io.grpcplatform.samples.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpcplatform.samples.payment.Payment.State;
import io.grpcplatform.samples.payment.PaymentCommand.Action;
import io.grpcplatform.samples.payment.PaymentCommand.Authorize;
import io.grpcplatform.samples.payment.PaymentCommand.Capture;
import io.grpcplatform.samples.payment.PaymentCommand.Refund;
import io.grpcplatform.samples.payment.PaymentCommand.VoidAuthorization;
import io.grpcplatform.samples.payment.PaymentEvent.AuthorizationVoided;
import io.grpcplatform.samples.payment.PaymentEvent.Authorized;
import io.grpcplatform.samples.payment.PaymentEvent.Captured;
import io.grpcplatform.samples.payment.PaymentEvent.DeclineReason;
import io.grpcplatform.samples.payment.PaymentEvent.Declined;
import io.grpcplatform.samples.payment.PaymentEvent.Refunded;
import io.grpcplatform.samples.payment.PaymentEvent.RejectReason;
import io.grpcplatform.samples.payment.PaymentEvent.Rejected;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PaymentRulesTest {
  private static final Money AMOUNT = new Money(1_299, "EUR");
  private static final Instant BEFORE = Instant.parse("2026-01-02T03:04:05Z");
  private static final Instant NOW = BEFORE.plusMillis(1_050);
  private static final String GOOD_CARD = "tok_4242";
  private static final String NO_CAPTURE_CARD = "tok_0119";
  private static final String DECLINED_CARD = "tok_0002";

  static Stream<Arguments> table() {
    return Stream.of(
        row(null, authorize(GOOD_CARD), new Authorized(AMOUNT), State.AUTHORIZED),
        row(null, authorize(NO_CAPTURE_CARD), new Authorized(AMOUNT), State.AUTHORIZED),
        row(
            null,
            authorize(DECLINED_CARD),
            new Declined(DeclineReason.CARD_DECLINED),
            State.DECLINED),
        row(
            payment(State.AUTHORIZED, GOOD_CARD),
            new Capture(),
            new Captured(AMOUNT),
            State.CAPTURED),
        row(
            payment(State.AUTHORIZED, NO_CAPTURE_CARD),
            new Capture(),
            new Declined(DeclineReason.CAPTURE_DECLINED),
            State.AUTHORIZED),
        row(
            payment(State.AUTHORIZED, GOOD_CARD),
            new VoidAuthorization(),
            new AuthorizationVoided(),
            State.VOIDED),
        row(
            payment(State.CAPTURED, GOOD_CARD),
            new Refund(),
            new Refunded(AMOUNT),
            State.REFUNDED));
  }

  @ParameterizedTest
  @MethodSource("table")
  void decidesEveryRowOfTheTable(
      Payment payment, Action action, PaymentEvent expected, State after) {
    var command = new PaymentCommand("c-1", "p-1", action);

    Decision decision = PaymentRules.decide(payment, command, NOW);

    assertThat(decision.event()).isEqualTo(expected);
    assertThat(decision.payment()).isNotNull();
    assertThat(decision.payment().state()).isEqualTo(after);
    assertThat(decision.payment().amount()).isEqualTo(AMOUNT);
  }

  @Test
  void rejectsWhatIsNotInTheTable() {
    List<Action> actions =
        List.of(authorize(GOOD_CARD), new Capture(), new VoidAuthorization(), new Refund());
    long rejected = 0;

    for (State state : State.values()) {
      for (Action action : actions) {
        Payment payment = payment(state, GOOD_CARD);
        Decision decision =
            PaymentRules.decide(payment, new PaymentCommand("c-1", "p-1", action), NOW);
        if (decision.event() instanceof Rejected it) {
          rejected++;
          assertThat(it.reason()).isEqualTo(RejectReason.WRONG_STATE);
          assertThat(decision.payment()).isEqualTo(payment);
        }
      }
    }

    assertThat(rejected).as("5 states x 4 actions, 3 of them allowed").isEqualTo(17);
  }

  @ParameterizedTest
  @MethodSource("allButAuthorize")
  void rejectsCommandsForUnknownPayments(Action action) {
    var command = new PaymentCommand("c-1", "p-1", action);

    Decision decision = PaymentRules.decide(null, command, NOW);

    assertThat(decision.event())
        .isInstanceOfSatisfying(
            Rejected.class, it -> assertThat(it.reason()).isEqualTo(RejectReason.UNKNOWN_PAYMENT));
    assertThat(decision.payment()).isNull();
  }

  static Stream<Action> allButAuthorize() {
    return Stream.of(new Capture(), new VoidAuthorization(), new Refund());
  }

  private static Arguments row(Payment payment, Action action, PaymentEvent event, State after) {
    return Arguments.of(payment, action, event, after);
  }

  private static Authorize authorize(String card) {
    return new Authorize(AMOUNT, card);
  }

  private static Payment payment(State state, String card) {
    return new Payment("p-1", state, AMOUNT, card, BEFORE);
  }
}
