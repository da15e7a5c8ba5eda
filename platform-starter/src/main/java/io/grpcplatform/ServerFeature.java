package io.grpcplatform;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * A feature's claim to one stage of the server pipeline. Two claims to one stage fail at start-up.
 */
public interface ServerFeature {

  ServerStage stage();

  /**
   * What this feature does with the calls of {@code method}; asked once per method.
   *
   * @return null where the feature is off for this method: the method's calls then cost nothing for
   *     it
   */
  @Nullable StagePlan plan(CallKey key, MethodDescriptor<?, ?> method);

  /**
   * Counts a call that no handler will ever see: its method is unknown ({@link CallKey#UNKNOWN}),
   * or it ended while it waited for a thread, or there was no room for it to wait. Called on the
   * transport thread; must not block.
   *
   * @param headers what the caller sent; its trace may be continued
   * @param startNanos {@link System#nanoTime()} at the call's arrival
   */
  default void unseen(CallKey key, Metadata headers, long startNanos, Outcome outcome) {}
}
