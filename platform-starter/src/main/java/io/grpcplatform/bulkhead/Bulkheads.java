package io.grpcplatform.bulkhead;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.grpcplatform.CallKey;
import io.grpcplatform.ClientFeature;
import org.jspecify.annotations.Nullable;

/** Bulkheads alone, for channels that the starter does not make. */
public final class Bulkheads {

  private Bulkheads() {}

  /**
   * Lets a channel hold so many calls in flight; more are refused.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public static ClientFeature client(int maxConcurrent) {
    return client(maxConcurrent, BulkheadRegistry.ofDefaults());
  }

  /**
   * Lets each channel it is installed on hold so many calls in flight, in a registry whose meters
   * show them as {@code grpc:<channel>}.
   *
   * @throws IllegalArgumentException if {@code maxConcurrent} is less than 1
   */
  public static ClientFeature client(int maxConcurrent, BulkheadRegistry registry) {
    if (maxConcurrent < 1) {
      throw new IllegalArgumentException("maxConcurrent: " + maxConcurrent + " (expected: >= 1)");
    }
    CallLimits limits = new OfEachChannel(maxConcurrent);
    return new BulkheadClientStage(() -> limits, registry);
  }

  private record OfEachChannel(int max) implements CallLimits {

    @Override
    public SharedLimit ofChannel(CallKey key) {
      return new SharedLimit(
          "grpc:" + key.channel(),
          "of the channel " + key.channel(),
          max,
          "Bulkheads.client(" + max + ")");
    }

    @Override
    public @Nullable SharedLimit ofMethod(CallKey key) {
      return null;
    }
  }
}
