package io.grpcplatform.ratelimit;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many in how long: {@code 100/s}, {@code 600/m}, {@code 1000/h}.
 *
 * @param amount how many; at most a million per second
 * @param unit a second, a minute or an hour
 */
record Rate(long amount, Duration unit) {

  static final String FORM = "an amount and a unit, 100/s, 600/m or 1000/h, at most 1000000/s";

  private static final long MOST_PER_SECOND = 1_000_000;
  private static final Pattern TEXT = Pattern.compile("(\\d{1,12})/([smh])");

  Rate {
    if (amount < 1 || amount > MOST_PER_SECOND * unit.toSeconds()) {
      throw new IllegalArgumentException(amount + " in " + unit + " (expected: " + FORM + ")");
    }
  }

  /**
   * Reads {@code 100/s}.
   *
   * @throws IllegalArgumentException if it is no rate
   */
  static Rate parse(String text) {
    Matcher parts = TEXT.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException(text + " (expected: " + FORM + ")");
    }
    Duration unit =
        switch (parts.group(2)) {
          case "s" -> Duration.ofSeconds(1);
          case "m" -> Duration.ofMinutes(1);
          default -> Duration.ofHours(1);
        };
    return new Rate(Long.parseLong(parts.group(1)), unit);
  }

  /** The time in which one comes, rounded up: never faster than the rate. */
  long nanosForOne() {
    return (unit.toNanos() + amount - 1) / amount;
  }

  /** How many come in one second, at least one. */
  int perSecond() {
    return (int) Math.max(1, amount / unit.toSeconds());
  }

  @Override
  public String toString() {
    long seconds = unit.toSeconds();
    return amount + (seconds == 1 ? "/s" : seconds == 60 ? "/m" : "/h");
  }
}
