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
import org.jspecify.annotations.Nullable;

/**
 * Lets a call go out only while its channel and its method have permits left, and takes them back
 * when the call is over on the wire. Runs on the thread that starts the call; permits come back on
 * whichever thread ends it.
 */
final class BulkheadClientStage implements ClientFeature {

  private final BulkheadProperties properties;
  private final BulkheadRegistry registry;

  BulkheadClientStage(BulkheadProperties properties, BulkheadRegistry registry) {
    this.properties = properties;
    this.registry = registry;
  }

  @Override
  public ClientStage stage() {
    return ClientStage.BULKHEAD;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    if (!properties.enabled()) {
      return null;
    }
    CallPermits channel = permits(properties.ofChannel(key));
    CallPermits own = permits(properties.ofMethod(key));
    if (channel != null && own != null) {
      return new Both(channel, own);
    }
    CallPermits only = channel == null ? own : channel;
    return only == null ? null : new One(only);
  }

  private @Nullable CallPermits permits(@Nullable SharedLimit limit) {
    return limit == null ? null : CallPermits.of(limit, registry);
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
