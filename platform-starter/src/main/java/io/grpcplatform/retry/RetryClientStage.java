package io.grpcplatform.retry;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallLatencies;
import io.grpcplatform.CallStart;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.Live;
import io.grpcplatform.SettingException;
import io.grpcplatform.StagePlan;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the attempts of each call that may have several, and stops those that would multiply
 * load. The attempts themselves are gRPC's, below every stage. Runs on the thread that starts the
 * call.
 */
final class RetryClientStage implements ClientFeature {

  private static final Logger log = LoggerFactory.getLogger(RetryClientStage.class);

  /** What all methods share. */
  record Shared(
      Live<RetryProperties> settings,
      RetryContributor contributor,
      RetryBudget budget,
      HedgeDelays delays,
      CallLatencies latencies,
      AttemptCounters counters) {}

  private final Shared shared;
  private final Set<CallKey> unknown = ConcurrentHashMap.newKeySet();

  RetryClientStage(Shared shared) {
    this.shared = shared;
  }

  @Override
  public ClientStage stage() {
    return ClientStage.RETRY;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    RetryProperties now = shared.settings().get();
    RetryPolicies policies = new RetryPolicies(now, shared.delays());
    AttemptPolicy policy = policyOf(policies, key, method);
    if (policy == null) {
      return off(key, now);
    }
    if (!shared.contributor().configured(key.channel(), key.fullMethodName())) {
      tellUnknown(key);
      return null;
    }
    if (policy instanceof AttemptPolicy.Hedging && policies.followsLatencies(method)) {
      shared.delays().watch(key);
    }
    MethodAttempts attempts = attempts(key, policy);
    return call -> begin(call, attempts);
  }

  /** What the start refuses of a known stub must not fail each call of one that it did not know. */
  private @Nullable AttemptPolicy policyOf(
      RetryPolicies policies, CallKey key, MethodDescriptor<?, ?> method) {
    try {
      return policies.of(key, method);
    } catch (SettingException wrong) {
      if (unknown.add(key)) {
        log.error(
            "{} is not attempted again on the channel {}: {}",
            key.fullMethodName(),
            key.channel(),
            wrong.getMessage());
      }
      return null;
    }
  }

  private MethodAttempts attempts(CallKey key, AttemptPolicy policy) {
    return new MethodAttempts(
        policy, shared.budget(), shared.counters().of(key), shared.latencies().of(key));
  }

  /**
   * A channel may hear of a change some seconds later; what is off by now is stopped until then.
   */
  private @Nullable StagePlan off(CallKey key, RetryProperties now) {
    RetryContributor contributor = shared.contributor();
    String channel = key.channel();
    String name = key.fullMethodName();
    if (!contributor.attempts(channel, name)) {
      return null;
    }
    MethodAttempts none = attempts(key, RetryPolicies.none(now));
    return call -> contributor.attempts(channel, name) ? begin(call, none) : null;
  }

  private void tellUnknown(CallKey key) {
    if (unknown.add(key)) {
      log.warn(
          "{} is not tried again on the channel {}: it was not known when the channel was made. Ask"
              + " for a generated stub instead of the Channel, or name the method under"
              + " platform.retry.methods",
          key.fullMethodName(),
          key.channel());
    }
  }

  private static CallHook begin(CallStart call, MethodAttempts attempts) {
    Context context = Context.current();
    RetriedCall retried =
        new RetriedCall(
            attempts,
            call.control(),
            earlier(call.deadline(), context.getDeadline()),
            RetryServerStage.servesRetry(context));
    call.options(call.options().withStreamTracerFactory(retried));
    attempts.budget().callBegan();
    return retried;
  }

  private static @Nullable Deadline earlier(@Nullable Deadline one, @Nullable Deadline other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.minimum(other);
  }
}
