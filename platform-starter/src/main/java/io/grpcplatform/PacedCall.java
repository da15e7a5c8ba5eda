package io.grpcplatform;

import io.grpc.CallOptions;

/**
 * Marks a call whose caller paces its attempts itself, such as a session that opens its next stream
 * after a pause that grows. Whoever refuses calls in order to give a backend a rest lets it
 * through: it is to find out early that the backend is back.
 */
public final class PacedCall {

  private static final CallOptions.Key<Boolean> MARK =
      CallOptions.Key.createWithDefault("platform-paced-call", false);

  private PacedCall() {}

  /** The options with the mark. */
  public static CallOptions mark(CallOptions options) {
    return options.withOption(MARK, true);
  }

  /** Whether the call is marked. */
  public static boolean marked(CallOptions options) {
    return options.getOption(MARK);
  }
}
