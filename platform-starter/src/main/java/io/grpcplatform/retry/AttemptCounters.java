package io.grpcplatform.retry;

import io.grpcplatform.CallKey;

/** Where attempts are counted; nowhere unless there is a registry of meters. */
@FunctionalInterface
interface AttemptCounters {

  /** Counts nothing. */
  AttemptCounters NONE =
      key ->
          new OfMethod() {
            @Override
            public void sent(Kind kind) {}

            @Override
            public void stopped(Stop stop) {}
          };

  OfMethod of(CallKey key);

  /** Why an attempt was made. */
  enum Kind {
    /** The first one. */
    ORIGINAL,
    /** The one before it failed. */
    RETRY,
    /** The one before it takes long. */
    HEDGE,
    /** No server had seen the one before it. */
    TRANSPARENT
  }

  /** Why another attempt was not made. */
  enum Stop {
    /** Too many calls are in a retry. */
    BUDGET,
    /** The call serves one that is itself a retry. */
    CHAIN
  }

  /** The counters of one method on one channel. Called on transport threads, never block. */
  interface OfMethod {

    /** The headers of an attempt went out. */
    void sent(Kind kind);

    /** A failed attempt was the last one although more were allowed. */
    void stopped(Stop stop);
  }
}
