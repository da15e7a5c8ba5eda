package io.grpcplatform;

import io.grpc.Context;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling. Whoever has verified it puts it into the call's Context under {@link #CURRENT},
 * in the server stage {@link ServerStage#SECURITY}; it goes on to the calls that a handler makes.
 *
 * @param id the caller's name, one per account, service or device
 * @param tenant the customer or department on whose behalf it calls; null where there is none
 */
public record Caller(String id, @Nullable String tenant) {

  /** The caller that is served now; nothing where nobody has verified one. */
  public static final Context.Key<Caller> CURRENT = Context.key("platform-caller");
}
