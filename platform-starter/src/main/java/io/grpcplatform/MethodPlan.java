package io.grpcplatform;

import java.util.List;

/** All that was resolved for one method before its first call. Immutable. */
final class MethodPlan {

  private final CallKey key;
  private final StagePlan[] stages;
  private final boolean earlyHeaders;

  MethodPlan(CallKey key, List<StagePlan> stages, boolean earlyHeaders) {
    this.key = key;
    this.stages = stages.toArray(StagePlan[]::new);
    this.earlyHeaders = earlyHeaders;
  }

  CallKey key() {
    return key;
  }

  /**
   * What the features do, outermost first; empty: the method is not wrapped at all. Never written
   * to.
   */
  StagePlan[] stages() {
    return stages;
  }

  /** Whether a server sends the headers of a streaming call before its first message. */
  boolean earlyHeaders() {
    return earlyHeaders;
  }
}
