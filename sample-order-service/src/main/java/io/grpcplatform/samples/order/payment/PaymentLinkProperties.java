package io.grpcplatform.samples.order.payment;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How orders talk to payments.
 *
 * @param maxInFlight commands sent and not yet answered, at most
 * @param answerTimeout without any answer, while commands wait for one, after which the session
 *     opens another stream
 * @param sessionPause wait before the next session, where the payment service has ended one for
 *     good
 * @param stopTimeout how long a stopping service waits for the answers still under way
 */
@ConfigurationProperties("orders.payment")
record PaymentLinkProperties(
    @DefaultValue("64") int maxInFlight,
    @DefaultValue("10s") Duration answerTimeout,
    @DefaultValue("2s") Duration sessionPause,
    @DefaultValue("2s") Duration stopTimeout) {

  PaymentLinkProperties {
    requirePositive("max-in-flight", maxInFlight);
    requirePositive("answer-timeout", answerTimeout);
    requirePositive("session-pause", sessionPause);
    requirePositive("stop-timeout", stopTimeout);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "%s: %d (expected: >= 1, orders.payment.%s)".formatted(name, value, name));
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(
          "%s: %s (expected: more than 0s, orders.payment.%s)".formatted(name, value, name));
    }
  }
}
