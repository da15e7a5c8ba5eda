package io.grpcplatform.deadline;

import io.grpcplatform.CallClock;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.deadline.StreamWatch.End;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts streams under their limits, on either side.
 *
 * <p>Threading: safe.
 */
final class StreamWatches {

  private static final Logger log = LoggerFactory.getLogger(StreamWatches.class);

  private final CallClock clock;
  private final Supplier<? extends RandomGenerator> random;
  private final Map<String, MessageCorrelation> correlations;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /**
   * Watches by the time of {@code clock}.
   *
   * @param correlations which answer belongs to which request, by full method name
   */
  StreamWatches(
      CallClock clock,
      Supplier<? extends RandomGenerator> random,
      Map<String, MessageCorrelation> correlations) {
    this.clock = clock;
    this.random = random;
    this.correlations = correlations;
  }

  /** The limits of a method as far as they can be watched. */
  StreamLimits limits(DeadlineProperties settings, CallKey key, MethodPolicy contract) {
    StreamLimits limits = settings.streamLimits(key, contract);
    if (!limits.answer().on() || correlations.containsKey(key.fullMethodName())) {
      return limits;
    }
    if (limits.answer().ofOneMethod()) {
      withoutEffect(
          limits.answer().property(),
          key.fullMethodName(),
          "a MessageCorrelation bean that says which answer belongs to which request");
    }
    return limits.withoutAnswers();
  }

  /** Says once that a property does nothing for a method, however often its plan is made. */
  void withoutEffect(String property, String method, String expected) {
    if (told.add(property)) {
      log.warn("{} has no effect on {} (expected: {})", property, method, expected);
    }
  }

  /** A running watch over one stream. */
  StreamWatch start(StreamLimits limits, CallStart call, End end) {
    CallControl control = call.control();
    StreamWatch watch =
        new StreamWatch(
            limits,
            limits.drawAge(random.get()),
            clock,
            control,
            end,
            limits.answer().on() ? answers(limits, call.key(), control) : null);
    watch.run();
    return watch;
  }

  private @Nullable AnswerWatch answers(StreamLimits limits, CallKey key, CallControl control) {
    MessageCorrelation correlation = correlations.get(key.fullMethodName());
    return correlation == null
        ? null
        : new AnswerWatch(limits.answer(), correlation, clock, control);
  }
}
