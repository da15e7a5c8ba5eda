package io.grpcplatform.ratelimit;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.Caller;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Live;
import io.grpcplatform.StagePlan;
import org.jspecify.annotations.Nullable;

/**
 * Refuses calls that would go out too fast, before they reach the network, and slows the streams
 * that are received. Runs on the thread that starts the call.
 */
final class RateLimitClientStage implements ClientFeature {

  private static final Caller THIS_PROCESS = new Caller("", null);

  private final Live<RateLimitProperties> settings;
  private final LimitedSide side;

  RateLimitClientStage(
      Live<RateLimitProperties> settings, Turnstiles turnstiles, LimitCounters.Maker counters) {
    this.settings = settings;
    this.side = new LimitedSide("client", turnstiles, counters);
    settings.onChange(next -> side.retune(next.ofClient(), next.maxCallers()));
  }

  @Override
  public ClientStage stage() {
    return ClientStage.RATE_LIMIT;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    RateLimitProperties now = settings.get();
    boolean paced = !method.getType().serverSendsOneMessage();
    return side.plan(
        key, now.ofClient(), now.maxCallers(), paced, RateLimitClientStage::onBehalfOf);
  }

  private static Caller onBehalfOf(CallStart call) {
    Caller served = call.context(Caller.CURRENT);
    return served == null ? THIS_PROCESS : served;
  }
}
