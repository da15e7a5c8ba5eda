package io.grpcplatform;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * A feature's claim to one stage of the client pipeline. Two claims to one stage fail at start-up.
 */
public interface ClientFeature {

  ClientStage stage();

  /**
   * What this feature does with the calls of {@code method}; asked once per method and channel.
   *
   * @return null where the feature is off for this method: the method's calls then cost nothing for
   *     it
   */
  @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method);
}
