package io.grpcplatform.ratelimit;

import java.util.Locale;

/**
 * One limit: how much may come, and who counts together. Immutable.
 *
 * @param rate how many calls and messages in a time, such as {@code 100/s}
 * @param burst how many at once after a quiet time; of a sliding window the whole amount
 * @param per who shares it
 * @param algorithm how it is counted
 */
public record RateLimit(String rate, int burst, Per per, Algorithm algorithm) {

  /** The largest burst. */
  static final int MOST = 1_000_000_000;

  /** Who shares one limit. */
  public enum Per {
    /** All callers of a method. */
    METHOD,
    /** The calls of one caller, of all methods that the limit is set for. */
    CALLER,
    /** The calls of one tenant's callers, of all methods that the limit is set for. */
    TENANT
  }

  /** How a limit is counted. */
  public enum Algorithm {
    /** Tokens come at the rate and are kept up to the burst. */
    TOKEN_BUCKET,
    /** In no window as long as the rate's unit come more than its amount. */
    SLIDING_WINDOW
  }

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException if {@code rate} is no rate or {@code burst} less than 1
   */
  public RateLimit {
    Rate.parse(rate);
    if (burst < 1 || burst > MOST) {
      throw new IllegalArgumentException("burst: " + burst + " (expected: 1 to " + MOST + ")");
    }
  }

  /**
   * A token bucket per method whose burst is what comes in one second.
   *
   * @param rate such as {@code 100/s}, {@code 600/m} or {@code 1000/h}
   */
  public static RateLimit of(String rate) {
    return new RateLimit(rate, Rate.parse(rate).perSecond(), Per.METHOD, Algorithm.TOKEN_BUCKET);
  }

  /** A sliding window per method: at most the rate's amount in any window of its unit. */
  public static RateLimit slidingWindow(String rate) {
    return new RateLimit(
        rate,
        (int) Math.min(MOST, Rate.parse(rate).amount()),
        Per.METHOD,
        Algorithm.SLIDING_WINDOW);
  }

  /** The same with another burst. */
  public RateLimit withBurst(int other) {
    return new RateLimit(rate, other, per, algorithm);
  }

  /** The same, shared by others. */
  public RateLimit per(Per other) {
    return new RateLimit(rate, burst, other, algorithm);
  }

  Rate parsed() {
    return Rate.parse(rate);
  }

  /** What is allowed, in the words of a refusal. */
  String words() {
    String whose = per == Per.METHOD ? "" : " per " + per.name().toLowerCase(Locale.ROOT);
    return algorithm == Algorithm.SLIDING_WINDOW
        ? rate + " in any window" + whose
        : rate + " with a burst of " + burst + whose;
  }
}
