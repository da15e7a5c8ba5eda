package io.grpcplatform.deadline;

import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How deadline settings are named and checked. */
final class DeadlineSettings {

  private DeadlineSettings() {}

  /** Nanoseconds; the longest durations are cut to 292 years. */
  static long nanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }

  /** A duration as it is written in a property. */
  static String text(Duration duration) {
    long nanos = nanos(duration);
    if (nanos % 1_000_000_000L == 0) {
      return nanos / 1_000_000_000L + "s";
    }
    return nanos % 1_000_000L == 0 ? nanos / 1_000_000L + "ms" : nanos + "ns";
  }

  static void notNegative(String property, Duration value) {
    if (value.isNegative()) {
      throw SettingException.of(
          property, text(value), "0s for none, or a positive duration such as 5s", "5s");
    }
  }
}
