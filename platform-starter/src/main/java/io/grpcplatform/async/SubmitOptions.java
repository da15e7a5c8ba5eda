package io.grpcplatform.async;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a durable call is submitted; start with {@link #NONE}.
 *
 * @param key tells this call among all of its method: submitted twice with one key, it is made
 *     once; at most 200 printable ASCII characters, and remembered for {@code
 *     platform.async.retention} after the call's end. Null for a call that is like no other
 * @param delay how long to wait before the first attempt
 * @param channel the named channel to call a method on that another application serves; where a
 *     carrier is there the call goes with the carrier instead. Null for a method that is served
 *     here, or by whoever listens to the carrier
 */
public record SubmitOptions(@Nullable String key, Duration delay, @Nullable String channel) {

  /** No key, no delay, no channel. */
  public static final SubmitOptions NONE = new SubmitOptions(null, Duration.ZERO, null);

  private static final int LONGEST_KEY = 200;

  public SubmitOptions {
    if (key != null && (key.isEmpty() || key.length() > LONGEST_KEY || !printable(key))) {
      throw new IllegalArgumentException(
          "key: " + key + " (expected: 1 to " + LONGEST_KEY + " printable ASCII characters)");
    }
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay: " + delay + " (expected: 0s or longer)");
    }
  }

  private static boolean printable(String key) {
    return key.chars().allMatch(each -> each > ' ' && each < 127);
  }

  /** These options with a key. */
  public SubmitOptions withKey(String own) {
    return new SubmitOptions(own, delay, channel);
  }

  /** These options with a delay. */
  public SubmitOptions withDelay(Duration wait) {
    return new SubmitOptions(key, wait, channel);
  }

  /** These options with a channel. */
  public SubmitOptions withChannel(String name) {
    return new SubmitOptions(key, delay, name);
  }
}
