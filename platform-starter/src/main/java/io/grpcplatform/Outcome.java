package io.grpcplatform;

import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended, as every feature hears it.
 *
 * @param status the status on the wire; on a client that ended the call itself, the status its
 *     caller saw
 * @param trailers the trailers that went with it, never to be written to; empty where there were
 *     none
 * @param refusal why the platform of this process ended the call, or null where it did not
 * @param local whether this side gave the call up: its own cancel, its own refusal, its caller's
 *     going away
 */
public record Outcome(Status status, Metadata trailers, @Nullable Refusal refusal, boolean local) {

  /** The most common ending, made once. */
  static final Outcome PLAIN_OK = new Outcome(Status.OK, new Metadata(), null, false);

  /** What an ending says about the one who was called. */
  public enum Kind {
    /** OK, or a fault of the caller's. */
    SUCCESS,
    /** The callee did not do its work. */
    FAILURE,
    /** The callee is alive and says that it has too much to do. */
    OVERLOAD,
    /** Says nothing about the callee: given up here, refused here, drained, not implemented. */
    IGNORED
  }

  /**
   * The kind of this ending by the platform's outcome table; see {@code docs/circuitbreaker.md}.
   */
  public Kind kind() {
    if (status.isOk()) {
      return Kind.SUCCESS;
    }
    if (refusal != null || (local && status.getCode() == Status.Code.CANCELLED)) {
      return Kind.IGNORED;
    }
    return switch (status.getCode()) {
      case UNAVAILABLE -> unavailable();
      case INTERNAL, DATA_LOSS, UNKNOWN, DEADLINE_EXCEEDED, CANCELLED -> Kind.FAILURE;
      case RESOURCE_EXHAUSTED -> Kind.OVERLOAD;
      case UNIMPLEMENTED -> Kind.IGNORED;
      default -> Kind.SUCCESS;
    };
  }

  private Kind unavailable() {
    Refusal.Reason reason = Refusal.reasonOf(trailers);
    if (reason == null) {
      return Kind.FAILURE;
    }
    return switch (reason) {
      case OVERLOADED -> Kind.OVERLOAD;
      case DRAINING, STREAM_MAX_AGE -> Kind.IGNORED;
      default -> Kind.FAILURE;
    };
  }
}
