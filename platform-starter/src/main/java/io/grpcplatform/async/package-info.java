/**
 * Unary calls that nobody has to wait for: several at once with one deadline and one cancellation
 * ({@code Calls}), many in one ({@code Batcher}), and calls that are stored first and carried out
 * whatever happens ({@code DurableCalls}), as {@code google.longrunning.Operation}.
 *
 * <p>Protects from work that is lost with the process that wanted it, and from work that goes on
 * after nobody wants it any more. Durable calls are there where the application has a database; the
 * database alone carries them unless a {@code CallCarrier} is named.
 */
@NullMarked
package io.grpcplatform.async;

import org.jspecify.annotations.NullMarked;
