package io.grpcplatform.retry;

import io.grpc.Status;
import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/** How retry settings are named and checked. */
final class RetrySettings {

  /** gRPC cuts larger numbers to this one without a word. */
  static final int MOST_ATTEMPTS = 5;

  private RetrySettings() {}

  static SettingException wrong(String property, Object seen, String expected, String works) {
    return SettingException.of(property, seen, expected, works);
  }

  static void within(String property, int seen, int least, int most, int works) {
    if (seen < least || seen > most) {
      throw wrong(property, seen, least + " to " + most, Integer.toString(works));
    }
  }

  /** Checks the settings of all methods, or those of one with what it inherits. */
  static void check(
      String prefix,
      int maxAttempts,
      Duration initialBackoff,
      Duration maxBackoff,
      double multiplier,
      Set<Status.Code> codes) {
    within(prefix + "max-attempts", maxAttempts, 1, MOST_ATTEMPTS, 3);
    if (initialBackoff.isNegative() || initialBackoff.isZero()) {
      throw wrong(
          prefix + "initial-backoff", text(initialBackoff), "more than 0s; gRPC needs one", "50ms");
    }
    if (maxBackoff.compareTo(initialBackoff) < 0) {
      throw wrong(
          prefix + "max-backoff",
          text(maxBackoff),
          "at least initial-backoff, " + text(initialBackoff),
          text(initialBackoff));
    }
    if (!(multiplier >= 1 && multiplier <= 100)) {
      throw wrong(prefix + "multiplier", multiplier, "1 to 100", "2");
    }
    if (codes.isEmpty() || codes.contains(Status.Code.OK)) {
      throw wrong(
          prefix + "codes",
          new TreeSet<>(codes),
          "one status code or more, and not OK; max-attempts: 1 turns retries off",
          "[unavailable]");
    }
  }

  static void checkHedge(String property, RetryProperties.Hedge hedge) {
    Duration delay = hedge.delay();
    if (delay == null || delay.isNegative()) {
      throw SettingException.of(
          property + ".delay",
          delay == null ? null : text(delay),
          "a delay such as 50ms, about the method's p95; 0s for no hedging",
          "50ms");
    }
    within(property + ".max-attempts", hedge.maxAttempts(), 2, MOST_ATTEMPTS, 2);
  }

  /** A duration as it is written in a property. */
  static String text(Duration duration) {
    long nanos = duration.toNanos();
    if (nanos % 1_000_000_000L == 0) {
      return nanos / 1_000_000_000L + "s";
    }
    return nanos % 1_000_000L == 0 ? nanos / 1_000_000L + "ms" : nanos + "ns";
  }
}
