package io.grpcplatform.deadline;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How long the streams of one method may take to open, may be silent, and may live.
 *
 * @param open from the start to the first headers or message; a client's limit only
 * @param idle between two messages, whichever way
 * @param age from the start to the end, give or take a tenth
 */
record StreamLimits(Limit open, Limit idle, Limit age) {

  /** How far a stream's age limit strays from the setting, so that streams do not move at once. */
  static final double JITTER = 0.1;

  /**
   * One limit and the property that decides it.
   *
   * @param nanos 0 for none
   */
  record Limit(long nanos, String property) {

    boolean on() {
      return nanos > 0;
    }

    private static Limit off(String property) {
      return new Limit(0, property);
    }
  }

  boolean none() {
    return !open.on() && !idle.on() && !age.on();
  }

  /** The same without the limit that only a client has. */
  StreamLimits ofServer() {
    return new StreamLimits(Limit.off(open.property()), idle, age);
  }

  /** One stream's own age limit in nanoseconds; 0 for none. */
  long drawAge(RandomGenerator random) {
    return age.on() ? (long) (age.nanos() * (1 - JITTER + 2 * JITTER * random.nextDouble())) : 0;
  }

  /**
   * The limits of a method.
   *
   * @param own what the method has of its own, and {@code ownProperty} where that is set
   */
  static StreamLimits of(
      DeadlineProperties.Stream shared,
      DeadlineProperties.@Nullable StreamMethod own,
      String ownProperty) {
    DeadlineProperties.StreamMethod method =
        own == null ? new DeadlineProperties.StreamMethod(null, null, null) : own;
    return new StreamLimits(
        limit(shared.openTimeout(), method.openTimeout(), ownProperty, "open-timeout"),
        limit(shared.idleTimeout(), method.idleTimeout(), ownProperty, "idle-timeout"),
        limit(shared.maxAge(), method.maxAge(), ownProperty, "max-age"));
  }

  private static Limit limit(
      Duration shared, @Nullable Duration own, String ownProperty, String leaf) {
    return own == null
        ? new Limit(DeadlineSettings.nanos(shared), "platform.deadline.stream." + leaf)
        : new Limit(DeadlineSettings.nanos(own), ownProperty + "." + leaf);
  }
}
