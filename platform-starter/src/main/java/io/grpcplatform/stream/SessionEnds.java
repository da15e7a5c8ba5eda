package io.grpcplatform.stream;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpcplatform.Refusal;
import java.util.EnumSet;
import java.util.Set;

/** What the end of a stream means for its session. */
final class SessionEnds {

  /** What would only happen again on the next stream. */
  private static final Set<Status.Code> LAST =
      EnumSet.of(
          Status.Code.INVALID_ARGUMENT,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.UNIMPLEMENTED,
          Status.Code.PERMISSION_DENIED,
          Status.Code.UNAUTHENTICATED,
          Status.Code.NOT_FOUND,
          Status.Code.OUT_OF_RANGE,
          Status.Code.ALREADY_EXISTS,
          Status.Code.DATA_LOSS);

  private SessionEnds() {}

  /** Whether the session ends with its stream. */
  static boolean last(Status status) {
    return LAST.contains(status.getCode());
  }

  /**
   * Whether the next stream had better go by another connection: this one leads to a server that
   * does not answer, or that is about to stop.
   */
  static boolean elsewhere(Status status, Metadata trailers) {
    return status.getCode() == Status.Code.DEADLINE_EXCEEDED
        || Refusal.reasonOf(trailers) == Refusal.Reason.DRAINING;
  }

  /** The server answers, but not as a session does. */
  static Status noSession(MethodDescriptor<?, ?> method) {
    return Status.UNIMPLEMENTED.withDescription(
        "The first message of "
            + method.getFullMethodName()
            + " says nothing of a session (expected: a method that Sessions.serve serves)");
  }

  /** The server has said nothing for too long. */
  static Status silence(SessionLimits limits) {
    return Status.UNAVAILABLE.withDescription(
        "No word from the server for "
            + limits.silenceLimit().toMillis()
            + " ms (platform.stream.session.silence-limit)");
  }
}
