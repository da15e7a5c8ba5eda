package io.grpcplatform;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import java.net.SocketAddress;
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
 * @param peer who was at the other end of a call that did not end with OK; null where nobody was,
 *     or nobody knows
 */
public record Outcome(
    Status status,
    Metadata trailers,
    @Nullable Refusal refusal,
    boolean local,
    @Nullable SocketAddress peer) {

  /** The most common ending, made once. */
  static final Outcome PLAIN_OK = new Outcome(Status.OK, new Metadata(), null, false);

  /** An ending of which nobody knows the peer. */
  public Outcome(Status status, Metadata trailers, @Nullable Refusal refusal, boolean local) {
    this(status, trailers, refusal, local, null);
  }

  /** The same with the peer that the transport knows, unless it ended with OK. */
  Outcome from(Attributes transport) {
    return status.isOk()
        ? this
        : new Outcome(
            status, trailers, refusal, local, transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
  }

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
