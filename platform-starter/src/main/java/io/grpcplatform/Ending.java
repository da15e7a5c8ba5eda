package io.grpcplatform;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** Who ended a call, and how. The first one that a call machine accepts is the only one. */
record Ending(Status status, Metadata trailers, @Nullable Refusal refusal, boolean ordinary) {

  /** The application, or the peer, ended the call in the ordinary way. Shared: never written to. */
  static final Ending ORDINARY = new Ending(Status.OK, new Metadata(), null, true);

  static Ending of(Refusal refusal) {
    return new Ending(refusal.status(), refusal.trailers(), refusal, false);
  }

  static Ending of(Status status, Metadata trailers) {
    return new Ending(status, trailers, null, false);
  }

  /** A server's handler closes its call. */
  static Ending ordinary(Status status, Metadata trailers) {
    boolean plain = status.isOk() && status.getDescription() == null && trailers.keys().isEmpty();
    return plain ? ORDINARY : new Ending(status, trailers, null, true);
  }

  /** The refusal in whose place a client's call of {@code method} is answered, or null. */
  @Nullable Refusal answered(MethodDescriptor<?, ?> method) {
    return refusal != null
            && refusal.answer() != null
            && method.getType() == MethodDescriptor.MethodType.UNARY
        ? refusal
        : null;
  }

  /** Whether there is nothing more to say of this ending than that it was ordinary. */
  boolean plain() {
    return ordinary && status.isOk() && trailers.keys().isEmpty();
  }
}
