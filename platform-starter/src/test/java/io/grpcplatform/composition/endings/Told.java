package io.grpcplatform.composition.endings;

import io.grpc.Status.Code;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must be said of one call.
 *
 * @param caller the status that the caller reads; null where it gets an exception instead
 * @param client what this starter's client tells: timer, span and line; null where it is not asked
 * @param server what this starter's server tells; several where it depends on which of two events
 *     comes first; none where it never hears of the call
 * @param before what the server tells of the attempts before the last one
 * @param reset whether one side learns of the end by a reset only, so that the transports' own word
 *     for it is CANCELLED, or nothing, on that side
 */
record Told(
    @Nullable Code caller,
    @Nullable Code client,
    Set<Code> server,
    List<Code> before,
    boolean reset) {

  /** Both sides say the same, and so does the wire between them. */
  static Told everywhere(Code code) {
    return new Told(code, code, Set.of(code), List.of(), false);
  }

  /** Both sides say the same, of which the one learns by a reset and its own clock. */
  static Told agreed(Code code) {
    return new Told(code, code, Set.of(code), List.of(), true);
  }

  /** The call never left the client. */
  static Told clientOnly(Code code) {
    return new Told(code, code, Set.of(), List.of(), true);
  }

  /** There was nothing on the wire that two sides could agree on. */
  static Told apart(Code client, Code... server) {
    return new Told(client, client, Set.of(server), List.of(), true);
  }

  /** The caller reads something else than what was measured. */
  Told callerReads(@Nullable Code other) {
    return new Told(other, client, server, before, reset);
  }

  Told after(Code... attempts) {
    return new Told(caller, client, server, List.of(attempts), reset);
  }
}
