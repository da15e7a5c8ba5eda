package io.grpcplatform.circuitbreaker;

import io.grpcplatform.CallKey;
import io.grpcplatform.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Says what the ending of a call means for its circuit breaker where the status code does not tell:
 * an error inside the response message, a code that one service uses in its own way. A bean of this
 * type is asked before the table of outcomes; of several the first in order that answers decides.
 *
 * <p>Not asked about what the platform itself decided: calls refused, cancelled or drained.
 *
 * <p>Threading: called on the thread that ends the call, concurrently; must not block. An exception
 * is logged, and the table decides.
 */
@FunctionalInterface
public interface OutcomeClassifier {

  /**
   * What an ending says about the backend.
   *
   * @param message the response of a unary call, the last message received of a stream; null where
   *     none was
   * @return null to leave it to the table
   */
  Outcome.@Nullable Kind kindOf(CallKey call, Outcome outcome, @Nullable Object message);

  /** Whether this classifier has anything to say of a method; asked once per method. */
  default boolean knows(CallKey method) {
    return true;
  }
}
