package io.grpcplatform.deadline;

import io.grpcplatform.CallClock;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.Live;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The suggested deadlines of all methods that were called, by channel.
 *
 * <p>Threading: safe.
 */
final class AdaptiveDeadlines {

  private final Live<DeadlineProperties> settings;
  private final CallLatencies latencies;
  private final CallClock clock;
  private final DeadlineMeters meters;
  private final Map<CallKey, AdaptiveDeadline> byMethod = new ConcurrentHashMap<>();

  AdaptiveDeadlines(
      Live<DeadlineProperties> settings,
      CallLatencies latencies,
      CallClock clock,
      DeadlineMeters meters) {
    this.settings = settings;
    this.latencies = latencies;
    this.clock = clock;
    this.meters = meters;
  }

  /** The method's, which is measured from the first time that it is asked for. */
  AdaptiveDeadline of(CallKey key) {
    return byMethod.computeIfAbsent(key, this::made);
  }

  private AdaptiveDeadline made(CallKey key) {
    AdaptiveDeadline made =
        new AdaptiveDeadline(latencies.of(key), clock, settings.get().adaptive());
    meters.adaptive(key, () -> made.seconds(settings.get().adaptive()));
    return made;
  }
}
