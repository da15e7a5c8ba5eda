package io.grpcplatform.ratelimit;

import io.grpcplatform.CallStart;
import io.grpcplatform.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Says whose limit a server call counts against where nobody has verified its {@link Caller}. A
 * bean of this type replaces the default: the configured metadata, else the subject of the client's
 * certificate, else the peer's address.
 *
 * <p>Threading: called on the thread the handler is about to run on, for many calls at once; must
 * not block.
 */
@FunctionalInterface
public interface CallerResolver {

  /**
   * Who makes this call.
   *
   * @return null where nobody can tell; all such calls count together
   */
  @Nullable Caller resolve(CallStart call);
}
