package io.grpcplatform.deadline;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Refusal;
import io.grpcplatform.StagePlan;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each outgoing unary call its deadline, and puts each outgoing stream under its limits. Runs
 * on the thread that starts the call.
 */
final class DeadlineClientStage implements ClientFeature {

  private static final Logger log = LoggerFactory.getLogger(DeadlineClientStage.class);

  private final DeadlineProperties properties;
  private final CallClock clock;
  private final Supplier<? extends RandomGenerator> random;

  DeadlineClientStage(
      DeadlineProperties properties, CallClock clock, Supplier<? extends RandomGenerator> random) {
    this.properties = properties;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public ClientStage stage() {
    return ClientStage.DEADLINE;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    if (!properties.enabled()) {
      return null;
    }
    return method.getType() == MethodType.UNARY
        ? new Unary(key, properties.budget(), DeadlineSettings.nanos(configured(key)))
        : stream(key);
  }

  private Duration configured(CallKey key) {
    Duration method = DeadlineSettings.ofMethod(properties.methods(), key);
    return method == null
        ? properties.channels().getOrDefault(key.channel(), properties.standard())
        : method;
  }

  private @Nullable StagePlan stream(CallKey key) {
    if (properties.methods().containsKey(key.fullMethodName())) {
      log.warn(
          "{} is a stream, so {} has no effect (expected: limits under platform.deadline.stream)",
          key.fullMethodName(),
          DeadlineSettings.property("platform.deadline.methods", key.fullMethodName()));
    }
    StreamLimits limits = properties.streamLimits(key);
    return limits.none()
        ? null
        : call -> {
          StreamWatch watch =
              new StreamWatch(limits, limits.drawAge(random.get()), clock, call.control());
          watch.run();
          return watch;
        };
  }

  /** What happens to the unary calls of one method. */
  private record Unary(CallKey key, DeadlineBudget budget, long configured) implements StagePlan {

    @Override
    public @Nullable CallHook begin(CallStart call) throws Refusal {
      Deadline own = call.deadline();
      Deadline inherited = Context.current().getDeadline();
      if (inherited != null) {
        inherit(call, own, inherited);
      } else if (own != null) {
        check(own.timeRemaining(TimeUnit.NANOSECONDS), "left of the caller's deadline");
      } else if (configured > 0) {
        call.deadline(Deadline.after(configured, TimeUnit.NANOSECONDS));
      }
      return null;
    }

    private void inherit(CallStart call, @Nullable Deadline own, Deadline inherited)
        throws Refusal {
      long remaining = inherited.timeRemaining(TimeUnit.NANOSECONDS);
      long reserve = budget.reserve(remaining);
      check(remaining - reserve, "left of the inherited deadline after the reserve");
      if (own != null) {
        long wanted = own.timeRemaining(TimeUnit.NANOSECONDS);
        check(wanted, "left of the caller's deadline");
        if (wanted <= remaining - reserve) {
          return;
        }
      } else if (configured > 0 && configured <= remaining - reserve) {
        call.deadline(Deadline.after(configured, TimeUnit.NANOSECONDS));
        return;
      }
      call.deadline(inherited.offset(-reserve, TimeUnit.NANOSECONDS));
    }

    private void check(long left, String what) throws Refusal {
      if (budget.tooShort(left)) {
        throw new Refusal(
            Refusal.Reason.DEADLINE_TOO_SHORT,
            TimeUnit.NANOSECONDS.toMicros(left)
                + " us "
                + what
                + ", too little to send "
                + key.fullMethodName()
                + " (expected: at least "
                + TimeUnit.NANOSECONDS.toMicros(budget.min())
                + " us, platform.deadline.reserve.min)",
            null);
      }
    }
  }
}
