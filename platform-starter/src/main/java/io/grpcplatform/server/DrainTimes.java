package io.grpcplatform.server;

import io.grpcplatform.SettingException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the server takes to stop. Both times together fit into the phase that Spring gives to
 * stopping, or Spring would cut the calls that the grace period was to protect.
 *
 * @param delay calls are served as ever for this long after the announcement
 * @param grace calls in flight may go on for this long after the delay
 */
record DrainTimes(Duration delay, Duration grace) {

  private static final String PHASE = "spring.lifecycle.timeout-per-shutdown-phase";
  private static final Duration ON_KUBERNETES = Duration.ofSeconds(5);

  /**
   * The times that hold here.
   *
   * @param delay as configured; null: 5s on Kubernetes, where endpoints learn of an end with a
   *     delay, else 0s
   * @param phase what Spring allows for stopping
   */
  static DrainTimes of(
      @Nullable Duration delay, Duration grace, boolean kubernetes, Duration phase) {
    Duration chosen = delay != null ? delay : kubernetes ? ON_KUBERNETES : Duration.ZERO;
    Duration sum = chosen.plus(grace);
    if (sum.compareTo(phase) > 0) {
      throw new SettingException(
          ServerProperties.PREFIX + ".shutdown.grace-period",
          seconds(grace),
          "with the drain-delay of "
              + seconds(chosen)
              + " at most the "
              + seconds(phase)
              + " of "
              + PHASE,
          "spring:\n  lifecycle:\n    timeout-per-shutdown-phase: " + seconds(sum));
    }
    return new DrainTimes(chosen, grace);
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}
