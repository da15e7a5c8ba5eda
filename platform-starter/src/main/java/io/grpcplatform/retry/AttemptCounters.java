package io.grpcplatform.retry;

import io.grpcplatform.Attempt;
import io.grpcplatform.CallKey;

/** Where attempts are counted; nowhere unless there is a registry of meters. */
@FunctionalInterface
interface AttemptCounters {

  /** Counts nothing. */
  AttemptCounters NONE =
      key ->
          new OfMethod() {
            @Override
            public void sent(Attempt kind) {}

            @Override
            public void stopped(Stop stop) {}
          };

  OfMethod of(CallKey key);

  /** Why another attempt was not made. */
  enum Stop {
    /** Retries were switched off, and the channel had not heard of it yet. */
    OFF,
    /** Too many calls are in a retry. */
    BUDGET,
    /** The call serves one that is itself a retry. */
    CHAIN,
    /** Less time is left than half of the calls take. */
    DEADLINE
  }

  /** The counters of one method on one channel. Called on transport threads, never block. */
  interface OfMethod {

    /** The headers of an attempt went out. */
    void sent(Attempt kind);

    /** A failed attempt was the last one although more were allowed. */
    void stopped(Stop stop);
  }
}
