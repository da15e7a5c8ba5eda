package io.grpcplatform;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An answer that this process gives the caller of a unary call in place of a refusal: {@link
 * Refusal#answeredBy}. The call never reaches the stages further in, nor the wire.
 *
 * @param answer makes the response message of the request message; null, or an exception, leaves it
 *     at the refusal. Runs like a callback of the call: on the call's executor, or where it has
 *     none on the thread that half-closes it
 * @param success whether the call is reported as one that ended with OK, which is what its caller
 *     sees; else as the refusal that it was to be. Either way the {@link Outcome} carries the
 *     refusal
 */
public record LocalAnswer(Function<Object, @Nullable Object> answer, boolean success) {}
