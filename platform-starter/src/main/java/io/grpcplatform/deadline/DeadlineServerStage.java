package io.grpcplatform.deadline;

import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Refuses calls that expired while they waited for a thread, gives arriving unary calls a default
 * and a cap, and puts arriving streams under their limits. Runs on the thread the handler is about
 * to run on.
 */
final class DeadlineServerStage implements ServerFeature {

  private final DeadlineProperties properties;
  private final CallClock clock;
  private final Supplier<? extends RandomGenerator> random;

  DeadlineServerStage(
      DeadlineProperties properties, CallClock clock, Supplier<? extends RandomGenerator> random) {
    this.properties = properties;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public ServerStage stage() {
    return ServerStage.DEADLINE;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    if (!properties.enabled()) {
      return null;
    }
    return method.getType() == MethodType.UNARY
        ? new Unary(
            key,
            DeadlineSettings.nanos(properties.server().standard()),
            DeadlineSettings.nanos(properties.server().max()))
        : stream(key);
  }

  private StagePlan stream(CallKey key) {
    StreamLimits limits = properties.streamLimits(key).ofServer();
    return call -> {
      refuseExpired(key, call.deadline());
      if (limits.none()) {
        return null;
      }
      StreamWatch watch =
          new StreamWatch(limits, limits.drawAge(random.get()), clock, call.control());
      watch.run();
      return watch;
    };
  }

  private static void refuseExpired(CallKey key, @Nullable Deadline arrived) throws Refusal {
    if (arrived != null && arrived.isExpired()) {
      throw expired(key, "The deadline of the caller");
    }
  }

  private static Refusal expired(CallKey key, String which) {
    return new Refusal(
        Refusal.Reason.EXPIRED_IN_QUEUE,
        which + " passed before a thread was free for " + key.fullMethodName(),
        null);
  }

  /** What happens to the unary calls of one method; 0 for no default and no cap. */
  private record Unary(CallKey key, long standard, long max) implements StagePlan {

    @Override
    public @Nullable CallHook begin(CallStart call) throws Refusal {
      Deadline arrived = call.deadline();
      refuseExpired(key, arrived);
      long limit = arrived == null && standard > 0 ? standard : max;
      if (limit > 0) {
        limit(call, arrived, limit);
      }
      return null;
    }

    private void limit(CallStart call, @Nullable Deadline arrived, long limit) throws Refusal {
      // Counted from the arrival: what a call waited for a thread is part of its time.
      long left = limit - (System.nanoTime() - call.startNanos());
      if (left <= 0) {
        throw expired(key, "This server's limit (platform.deadline.server)");
      }
      if (arrived == null || arrived.timeRemaining(TimeUnit.NANOSECONDS) > left) {
        call.deadline(Deadline.after(left, TimeUnit.NANOSECONDS));
      }
    }
  }
}
