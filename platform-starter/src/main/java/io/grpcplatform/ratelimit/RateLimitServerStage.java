package io.grpcplatform.ratelimit;

import io.grpc.MethodDescriptor;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.Caller;
import io.grpcplatform.Live;
import io.grpcplatform.ServerFeature;
import io.grpcplatform.ServerStage;
import io.grpcplatform.StagePlan;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Refuses the calls of a method, a caller or a tenant that come too fast, and slows the streams
 * that send too fast. Runs on the thread the handler is about to run on.
 */
final class RateLimitServerStage implements ServerFeature {

  private static final Caller NOBODY = new Caller("", null);

  private final Live<RateLimitProperties> settings;
  private final LimitedSide side;
  private final @Nullable CallerResolver own;

  /**
   * The stage.
   *
   * @param own the user's way to tell callers apart; null for the settings'
   */
  RateLimitServerStage(
      Live<RateLimitProperties> settings,
      Turnstiles turnstiles,
      LimitCounters.Maker counters,
      @Nullable CallerResolver own) {
    this.settings = settings;
    this.side = new LimitedSide("server", turnstiles, counters);
    this.own = own;
    settings.onChange(next -> side.retune(next.ofServer(), next.maxCallers()));
  }

  @Override
  public ServerStage stage() {
    return ServerStage.RATE_LIMIT;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    RateLimitProperties now = settings.get();
    boolean paced = !method.getType().clientSendsOneMessage();
    return side.plan(key, now.ofServer(), now.maxCallers(), paced, callers(now.server()));
  }

  private Function<CallStart, Caller> callers(RateLimitProperties.Server server) {
    CallerResolver resolver =
        own == null ? new PeerCallerResolver(server.callerHeader(), server.tenantHeader()) : own;
    return call -> {
      Caller verified = call.context(Caller.CURRENT);
      Caller caller = verified == null ? resolver.resolve(call) : verified;
      return caller == null ? NOBODY : caller;
    };
  }
}
