package io.grpcplatform;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** All that was resolved for one method before its first call. Immutable. */
final class MethodPlan {

  private final CallKey key;
  private final StagePlan[] stages;
  private final boolean earlyHeaders;
  private final CallLatencies.@Nullable Window latencies;
  private final MessageSizes[] sizes;
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
    this.sizes =
        stages.stream().map(StagePlan::sizes).filter(Objects::nonNull).toArray(MessageSizes[]::new);
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

  /** A message of a server's call has arrived, {@code bytes} long on the wire. */
  void received(long bytes) {
    for (MessageSizes each : sizes) {
      each.received(bytes);
    }
  }

  /** A message of a server's call was handed to the transport, {@code bytes} long on the wire. */
  void sent(long bytes) {
    for (MessageSizes each : sizes) {
      each.sent(bytes);
    }
  }

  /** The version of the settings that this was made of. */
  int version() {
    return version;
  }
}
