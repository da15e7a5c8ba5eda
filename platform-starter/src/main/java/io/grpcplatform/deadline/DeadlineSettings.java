package io.grpcplatform.deadline;

import io.grpcplatform.SettingException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** How deadline settings are named and checked. */
final class DeadlineSettings {

  private static final Pattern METHOD_KEY =
      Pattern.compile("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*/(\\*|[A-Za-z_]\\w*)");

  private DeadlineSettings() {}

  /** Nanoseconds; the longest durations are cut to 292 years. */
  static long nanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }

  /** The property of one key of a map, in the form that keeps dots and slashes. */
  static String property(String map, String key) {
    return map + "[" + key + "]";
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

  /**
   * Rejects a key that cannot name a method, such as one that lost its slash to YAML.
   *
   * @param leaf what the key is followed by in the example: empty, or {@code .leaf}
   */
  static void checkMethodKey(String map, String key, String leaf) {
    if (!METHOD_KEY.matcher(key).matches()) {
      throw SettingException.instead(
          property(map, key),
          key,
          "a method \"[pkg.Service/Method]\" or a service \"[pkg.Service/*]\", with quotes and"
              + " brackets",
          property(map, "pkg.Service/Method") + leaf,
          "2s");
    }
  }
}
