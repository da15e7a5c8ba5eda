package io.grpcplatform;

import io.grpc.MethodDescriptor;
import java.time.Duration;

/** How long unary calls may take, as the settings have it; whoever sets deadlines knows. */
public interface CallTimes {

  /**
   * The limit of one method's calls: on the server where {@link CallKey#channel()} is empty, else
   * on that channel.
   */
  Limit limit(CallKey key, MethodDescriptor<?, ?> method);

  /**
   * A limit and what says so.
   *
   * @param time zero for none
   * @param property the property, or the contract's option; where there is no limit, what could set
   *     one
   */
  record Limit(Duration time, String property) {

    /** Whether there is a limit at all. */
    public boolean on() {
      return !time.isZero();
    }
  }
}
