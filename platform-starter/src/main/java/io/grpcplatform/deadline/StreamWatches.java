package io.grpcplatform.deadline;

import io.grpcplatform.CallClock;
import io.grpcplatform.CallControl;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.deadline.StreamWatch.End;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts streams under their limits, on either side.
 *
 * @param correlations which answer belongs to which request, by full method name
 */
record StreamWatches(
    CallClock clock,
    Supplier<? extends RandomGenerator> random,
    Map<String, MessageCorrelation> correlations) {

  private static final Logger log = LoggerFactory.getLogger(StreamWatches.class);

  /** The limits of a method as far as they can be watched. */
  StreamLimits limits(DeadlineProperties settings, CallKey key, MethodPolicy contract) {
    StreamLimits limits = settings.streamLimits(key, contract);
    if (!limits.answer().on() || correlations.containsKey(key.fullMethodName())) {
      return limits;
    }
    if (!limits.answer().property().equals(StreamLimits.SHARED_ANSWER)) {
      log.warn(
          "{} has no effect on {} (expected: a MessageCorrelation bean that says which answer"
              + " belongs to which request)",
          limits.answer().property(),
          key.fullMethodName());
    }
    return limits.withoutAnswers();
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
