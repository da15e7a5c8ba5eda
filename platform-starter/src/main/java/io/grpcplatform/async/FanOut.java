package io.grpcplatform.async;

import java.time.Duration;

/**
 * How several calls are made together.
 *
 * @param atOnce how many of them may be under way at a time; the others are begun as these end
 * @param limit how long all of them together may take, from the first one's start; zero for as long
 *     as gRPC's current Context has. A Context that ends sooner decides in any case
 */
public record FanOut(int atOnce, Duration limit) {

  /** 16 at once, within what the work in hand has left. */
  public static final FanOut STANDARD = new FanOut(16, Duration.ZERO);

  public FanOut {
    if (atOnce < 1) {
      throw new IllegalArgumentException("at once: " + atOnce + " (expected: >= 1)");
    }
    if (limit.isNegative()) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: 0s for none, or more)");
    }
  }

  /** So many at once. */
  public static FanOut atOnce(int calls) {
    return new FanOut(calls, Duration.ZERO);
  }

  /** The same, and all of it within a time. */
  public FanOut within(Duration time) {
    return new FanOut(atOnce, time);
  }
}
