package io.grpcplatform.deadline;

import io.grpcplatform.CallKey;
import java.util.function.DoubleSupplier;

/** What is measured of deadlines, whatever measures it. */
interface DeadlineMeters {

  /** Measures nothing. */
  DeadlineMeters NONE =
      new DeadlineMeters() {
        @Override
        public Arrivals arrivals(CallKey key) {
          return remaining -> {};
        }

        @Override
        public void adaptive(CallKey key, DoubleSupplier seconds) {}
      };

  /** What the calls of one method have left when they arrive. */
  @FunctionalInterface
  interface Arrivals {

    /** A call with a deadline has arrived; what has passed counts as 0. */
    void arrived(long remainingNanos);
  }

  /** Where the arrivals of a served method are counted. */
  Arrivals arrivals(CallKey key);

  /** Shows the suggested deadline of a called method; NaN for none. */
  void adaptive(CallKey key, DoubleSupplier seconds);
}
