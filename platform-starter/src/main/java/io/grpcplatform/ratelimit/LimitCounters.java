package io.grpcplatform.ratelimit;

import io.grpcplatform.CallKey;

/** Where the decisions about one method's calls are counted. */
interface LimitCounters {

  /** Counts nothing. */
  LimitCounters NONE =
      new LimitCounters() {
        @Override
        public void allowed() {}

        @Override
        public void refused() {}

        @Override
        public void waited() {}
      };

  /** A call was let in. */
  void allowed();

  /** A call was refused. */
  void refused();

  /** A message of a stream had to wait. */
  void waited();

  /** Makes the counters of a method. */
  @FunctionalInterface
  interface Maker {
    LimitCounters of(String side, CallKey key);
  }
}
