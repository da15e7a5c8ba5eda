package io.grpcplatform.deadline;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpcplatform.CallClock;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.Live;
import io.grpcplatform.MethodPolicy;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import io.grpcplatform.deadline.DeadlineMeters.Arrivals;
import io.grpcplatform.deadline.StreamWatch.End;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Refuses calls that expired while they waited for a thread, gives arriving unary calls a default
 * and a cap, and puts arriving streams under their limits. Runs on the thread the handler is about
 * to run on.
 */
final class DeadlineServerStage implements ServerFeature {

  private final Live<DeadlineProperties> settings;
  private final StreamWatches watches;
  private final DeadlineMeters meters;
  private final Map<CallKey, Arrivals> arrivals = new ConcurrentHashMap<>();

  DeadlineServerStage(
      Live<DeadlineProperties> settings, StreamWatches watches, DeadlineMeters meters) {
    this.settings = settings;
    this.watches = watches;
    this.meters = meters;
  }

  /** The stage for a server that nobody measures and whose settings nobody changes. */
  static DeadlineServerStage alone(DeadlineProperties settings) {
    return new DeadlineServerStage(
        Live.fixed(DeadlineProperties.class, settings),
        new StreamWatches(CallClock.system(), ThreadLocalRandom::current, Map.of()),
        DeadlineMeters.NONE);
  }

  @Override
  public ServerStage stage() {
    return ServerStage.DEADLINE;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    DeadlineProperties now = settings.get();
    if (!now.enabled()) {
      return null;
    }
    Gate gate = new Gate(key, arrivals.computeIfAbsent(key, meters::arrivals));
    if (method.getType() == MethodType.UNARY) {
      return new Unary(
          gate,
          new Late(key),
          DeadlineSettings.nanos(now.server().standard()),
          DeadlineSettings.nanos(now.server().max()));
    }
    StreamLimits limits = watches.limits(now, key, MethodPolicy.of(method)).ofServer();
    return call -> {
      gate.check(call.deadline());
      return limits.none() ? null : watches.start(limits, call, End.SERVER);
    };
  }

  private static Refusal expired(CallKey key, String which) {
    return new Refusal(
        Refusal.Reason.EXPIRED_IN_QUEUE,
        which + " passed before a thread was free for " + key.fullMethodName(),
        null);
  }

  /** Counts what arriving calls have left, and lets none in that has nothing. */
  private record Gate(CallKey key, Arrivals arrivals) {

    void check(@Nullable Deadline arrived) throws Refusal {
      if (arrived == null) {
        return;
      }
      long left = arrived.timeRemaining(TimeUnit.NANOSECONDS);
      arrivals.arrived(left);
      if (left <= 0) {
        throw expired(key, "The deadline of the caller");
      }
    }
  }

  /**
   * Looks once more when the request is there, for a unary handler starts only then and the message
   * may have waited for a thread of its own. One for all calls: it asks the Context for the time.
   */
  private record Late(CallKey key) implements CallHook {

    @Override
    public void received(Object message) throws Refusal {
      Deadline due = Context.current().getDeadline();
      if (due != null && due.isExpired()) {
        throw expired(key, "The deadline of the caller");
      }
    }

    @Override
    public void ended(Outcome outcome) {}
  }

  /** The same for a call that this server limits itself, which no Context knows yet. */
  private record LimitedHere(CallKey key, Deadline due) implements CallHook {

    @Override
    public void received(Object message) throws Refusal {
      if (due.isExpired()) {
        throw expired(key, LIMIT);
      }
    }

    @Override
    public void ended(Outcome outcome) {}

    private static final String LIMIT = "This server's limit (platform.deadline.server)";
  }

  /** What happens to the unary calls of one method; 0 for no default and no cap. */
  private record Unary(Gate gate, Late late, long standard, long max) implements StagePlan {

    @Override
    public @Nullable CallHook begin(CallStart call) throws Refusal {
      Deadline arrived = call.deadline();
      gate.check(arrived);
      long limit = arrived == null && standard > 0 ? standard : max;
      CallHook limited = limit > 0 ? limit(call, arrived, limit) : null;
      return limited != null || arrived == null ? limited : late;
    }

    private @Nullable CallHook limit(CallStart call, @Nullable Deadline arrived, long limit)
        throws Refusal {
      // Counted from the arrival: what a call waited for a thread is part of its time.
      long left = limit - (System.nanoTime() - call.startNanos());
      if (left <= 0) {
        throw expired(gate.key(), LimitedHere.LIMIT);
      }
      if (arrived != null && arrived.timeRemaining(TimeUnit.NANOSECONDS) <= left) {
        return null;
      }
      Deadline own = Deadline.after(left, TimeUnit.NANOSECONDS);
      call.deadline(own);
      return new LimitedHere(gate.key(), own);
    }
  }
}
