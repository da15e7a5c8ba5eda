package io.grpcplatform.samples.order.payment;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How orders talk to payments.
 *
 * @param maxInFlight commands sent and not yet answered, at most
 * @param readAhead answers that may arrive before the first of them is stored
 * @param answerTimeout after which an unanswered command cuts the stream
 * @param reconnectFirst longest wait before the first try to open the stream again
 * @param reconnectLongest longest wait before any later try
 * @param stopTimeout how long a stopping service waits for the answers still under way
 */
@ConfigurationProperties("orders.payment")
record PaymentLinkProperties(
    @DefaultValue("64") int maxInFlight,
    @DefaultValue("16") int readAhead,
    @DefaultValue("10s") Duration answerTimeout,
    @DefaultValue("100ms") Duration reconnectFirst,
    @DefaultValue("2s") Duration reconnectLongest,
    @DefaultValue("2s") Duration stopTimeout) {

  PaymentLinkProperties {
    requirePositive("max-in-flight", maxInFlight);
    requirePositive("read-ahead", readAhead);
    requirePositive("answer-timeout", answerTimeout);
    requirePositive("reconnect-first", reconnectFirst);
    requirePositive("stop-timeout", stopTimeout);
    if (reconnectLongest.compareTo(reconnectFirst) < 0) {
      throw new IllegalArgumentException(
          "reconnect-longest: %s (expected: >= reconnect-first, %s; orders.payment.reconnect-longest)"
              .formatted(reconnectLongest, reconnectFirst));
    }
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
