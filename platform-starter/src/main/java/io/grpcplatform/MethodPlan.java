package io.grpcplatform;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that was resolved for one method before its first call. Immutable. */
final class MethodPlan {

  private final CallKey key;
  private final StagePlan[] stages;
  private final boolean earlyHeaders;
  private final CallLatencies.@Nullable Window latencies;
  private final int version;

  MethodPlan(
      CallKey key,
      List<StagePlan> stages,
      boolean earlyHeaders,
      CallLatencies.@Nullable Window latencies,
      int version) {
    this.key = key;
    this.stages = stages.toArray(StagePlan[]::new);
    this.earlyHeaders = earlyHeaders;
    this.latencies = latencies;
    this.version = version;
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

  /** Where the times of the calls go; null where no feature asks for them. */
  CallLatencies.@Nullable Window latencies() {
    return latencies;
  }

  /** The version of the settings that this was made of. */
  int version() {
    return version;
  }
}
