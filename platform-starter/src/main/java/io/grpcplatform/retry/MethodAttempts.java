package io.grpcplatform.retry;

/** What the calls of one method on one channel have in common. */
record MethodAttempts(
    AttemptPolicy policy, RetryBudget budget, AttemptCounters.OfMethod counters) {}
