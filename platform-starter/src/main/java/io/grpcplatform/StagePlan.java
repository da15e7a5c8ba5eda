package io.grpcplatform;

import org.jspecify.annotations.Nullable;

/**
 * What a feature does with the calls of one method; resolved once per method, immutable.
 *
 * <p>Threading: {@link #begin} runs on the thread that starts the call (client) or the thread the
 * handler is about to run on (server), concurrently for concurrent calls. It must not block.
 */
@FunctionalInterface
public interface StagePlan {

  /**
   * Meets a new call.
   *
   * @return what is to hear the rest of the call, or null where this feature is not interested in
   *     it
   * @throws Refusal to end the call here; stages further in never see it. Any other exception ends
   *     the call as INTERNAL: a stage that cannot decide must not let the call through
   */
  @Nullable CallHook begin(CallStart call) throws Refusal;

  /**
   * What hears of the sizes of the messages of a server's method, once for all calls; null for
   * nothing. A client's are heard by a stream tracer among the call's options, which costs each
   * call something.
   */
  default @Nullable MessageSizes sizes() {
    return null;
  }
}
