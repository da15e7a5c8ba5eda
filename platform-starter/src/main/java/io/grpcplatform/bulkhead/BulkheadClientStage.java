package io.grpcplatform.bulkhead;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.grpc.MethodDescriptor;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Outcome;
import io.grpcplatform.Refusal;
import io.grpcplatform.StagePlan;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a call go out only while its channel and its method have permits left, and takes them back
 * when the call is over on the wire. Runs on the thread that starts the call; permits come back on
 * whichever thread ends it.
 */
final class BulkheadClientStage implements ClientFeature {

  private final Supplier<? extends CallLimits> limits;
  private final BulkheadRegistry registry;
  private final Map<String, CallPermits> permits = new HashMap<>();

  /**
   * A stage.
   *
   * @param limits those of this moment
   */
  BulkheadClientStage(Supplier<? extends CallLimits> limits, BulkheadRegistry registry) {
    this.limits = limits;
    this.registry = registry;
  }

  @Override
  public ClientStage stage() {
    return ClientStage.BULKHEAD;
  }

  /** Also brings the permits up to what holds now, one plan at a time and so never back again. */
  @Override
  public synchronized @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    CallLimits now = limits.get();
    CallPermits channel = permits(now.ofChannel(key));
    CallPermits own = permits(now.ofMethod(key));
    if (channel != null && own != null) {
      return new Both(channel, own);
    }
    CallPermits only = channel == null ? own : channel;
    return only == null ? null : new One(only);
  }

  private @Nullable CallPermits permits(@Nullable SharedLimit limit) {
    if (limit == null) {
      return null;
    }
    CallPermits shared =
        permits.computeIfAbsent(limit.name(), name -> CallPermits.of(limit, registry));
    shared.change(limit);
    return shared;
  }

  /** The permits of each limit that calls have asked for so far, by its name. */
  synchronized SortedMap<String, CallPermits> known() {
    return new TreeMap<>(permits);
  }

  /** One limit; it is the hook of each of its calls as well, which have nothing of their own. */
  private record One(CallPermits permits) implements StagePlan, CallHook {

    @Override
    public CallHook begin(CallStart call) throws Refusal {
      permits.take();
      return this;
    }

    @Override
    public void ended(Outcome outcome) {
      permits.giveBack();
    }
  }

  /** The channel's limit and the method's; a call holds both or none. */
  private record Both(CallPermits channel, CallPermits own) implements StagePlan, CallHook {

    @Override
    public CallHook begin(CallStart call) throws Refusal {
      own.take();
      try {
        channel.take();
      } catch (Refusal full) {
        own.giveBack();
        throw full;
      }
      return this;
    }

    @Override
    public void ended(Outcome outcome) {
      channel.giveBack();
      own.giveBack();
    }
  }
}
