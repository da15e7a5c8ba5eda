package io.grpcplatform.lifecycle;

import io.grpcplatform.CallClock;
import io.grpcplatform.DrainSignal;
import io.grpcplatform.DrainSignal.Phase;
import io.grpcplatform.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the calls in flight as the drain goes on: streams when it begins, whatever is left when time
 * is up. Runs on the thread that advances the signal; spread ends on the clock's.
 */
final class DrainSweep implements DrainSignal.Listener {

  private static final Logger log = LoggerFactory.getLogger(DrainSweep.class);

  private final CallsInFlight calls;
  private final CallClock clock;
  private final RandomGenerator random;
  private final Duration spread;
  private final DrainRecord record;

  DrainSweep(
      CallsInFlight calls,
      CallClock clock,
      RandomGenerator random,
      Duration spread,
      DrainRecord record) {
    this.record = record;
    this.calls = calls;
    this.clock = clock;
    this.random = random;
    this.spread = spread;
  }

  @Override
  public void reached(Phase phase) {
    switch (phase) {
      case DRAINING -> {
        record.began(clock.nanoTime());
        endStreams();
      }
      case CUTTING -> cut();
      case STOPPED -> record.ended(clock.nanoTime());
      case SERVING, ANNOUNCED -> {}
    }
  }

  private void endStreams() {
    for (CallInFlight call : calls.now()) {
      if (call.stream()) {
        endWithin(call);
      }
    }
  }

  private void endWithin(CallInFlight stream) {
    Refusal move =
        new Refusal(
            Refusal.Reason.DRAINING, "The server is about to stop: open the stream again", null);
    if (spread.isZero()) {
      stream.control().end(move);
    } else {
      clock.schedule(() -> stream.control().end(move), random.nextLong(spread.toNanos()));
    }
  }

  private void cut() {
    List<CallInFlight> left = calls.now();
    if (left.isEmpty()) {
      return;
    }
    log.warn("Cut {} calls that outlived the grace period: {}", left.size(), names(left));
    Refusal cut =
        new Refusal(Refusal.Reason.DRAINING, "The server stopped before the call ended", null);
    for (CallInFlight call : left) {
      if (call.control().end(cut)) {
        record.cut();
      }
    }
  }

  /** One entry per method, so that thousands of calls still make one readable line. */
  private String names(List<CallInFlight> left) {
    long now = clock.nanoTime();
    Map<String, Integer> counts = new TreeMap<>();
    Map<String, Long> oldest = new TreeMap<>();
    for (CallInFlight call : left) {
      counts.merge(call.key().fullMethodName(), 1, Integer::sum);
      oldest.merge(call.key().fullMethodName(), now - call.beganNanos(), Math::max);
    }
    StringBuilder line = new StringBuilder();
    counts.forEach(
        (method, count) ->
            line.append(line.isEmpty() ? "" : ", ")
                .append(method)
                .append(" x ")
                .append(count)
                .append(" (oldest ")
                .append(TimeUnit.NANOSECONDS.toMillis(oldest.getOrDefault(method, 0L)))
                .append(" ms)"));
    return line.toString();
  }
}
