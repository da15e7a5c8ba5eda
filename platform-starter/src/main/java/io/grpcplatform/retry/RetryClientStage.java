package io.grpcplatform.retry;

import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpcplatform.CallHook;
import io.grpcplatform.CallKey;
import io.grpcplatform.CallStart;
import io.grpcplatform.ClientFeature;
import io.grpcplatform.ClientStage;
import io.grpcplatform.StagePlan;
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

  private final RetryPolicies policies;
  private final RetryContributor contributor;
  private final RetryBudget budget;
  private final AttemptCounters counters;

  RetryClientStage(
      RetryPolicies policies,
      RetryContributor contributor,
      RetryBudget budget,
      AttemptCounters counters) {
    this.policies = policies;
    this.contributor = contributor;
    this.budget = budget;
    this.counters = counters;
  }

  @Override
  public ClientStage stage() {
    return ClientStage.RETRY;
  }

  @Override
  public @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method) {
    AttemptPolicy policy = policies.of(key.fullMethodName(), method.isIdempotent());
    if (policy == null) {
      return null;
    }
    if (!contributor.configured(key.channel(), key.fullMethodName())) {
      log.warn(
          "{} is not tried again on the channel {}: it was not known when the channel was made. Ask"
              + " for a generated stub instead of the Channel, or name the method under"
              + " platform.retry.methods",
          key.fullMethodName(),
          key.channel());
      return null;
    }
    MethodAttempts attempts = new MethodAttempts(policy, budget, counters.of(key));
    return call -> begin(call, attempts);
  }

  private static CallHook begin(CallStart call, MethodAttempts attempts) {
    boolean chained = RetryServerStage.servesRetry(Context.current());
    RetriedCall retried = new RetriedCall(attempts, chained);
    call.options(call.options().withStreamTracerFactory(retried));
    attempts.budget().callBegan();
    return retried;
  }
}
